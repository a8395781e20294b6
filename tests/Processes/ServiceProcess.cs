using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MultiModalMesh.TestProcesses;

/// <summary>A program of this repository as a real process, with what it printed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly string Configuration = AppContext.BaseDirectory.Contains(
        $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _answer = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Seen)> _waiting = [];

    private ServiceProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Everything printed so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>What was printed to standard output so far: without what is logged.</summary>
    public string Answer
    {
        get
        {
            lock (_output)
            {
                return _answer.ToString();
            }
        }
    }

    /// <param name="project">Folder of the project below the root, such as <c>services/Mesh</c>.</param>
    public static ServiceProcess Start(string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = Path.Combine(
            Repository.Root, project, "bin", Configuration, "net10.0", $"MultiModalMesh.{Path.GetFileName(project)}.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var service = new ServiceProcess(new Process { StartInfo = start });
        service._process.OutputDataReceived += (_, line) =>
        {
            lock (service._output)
            {
                service._answer.AppendLine(line.Data);
            }

            service.Append(line.Data);
        };
        service._process.ErrorDataReceived += (_, line) => service.Append(line.Data);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    /// <summary>The first line that matches, printed before or from now on.</summary>
    public async Task<string> WaitForLineAsync(Func<string, bool> wanted, string what, CancellationToken cancellationToken)
    {
        TaskCompletionSource<string> seen;
        lock (_output)
        {
            if (_output.ToString().Split('\n').FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, seen));
        }

        var exited = _process.WaitForExitAsync(cancellationToken);
        try
        {
            var first = await Task.WhenAny(seen.Task, exited).WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            if (first == exited && !seen.Task.IsCompleted)
            {
                throw new InvalidOperationException($"The process ended with code {_process.ExitCode} before {what}. It printed:\n{Output}");
            }

            return await seen.Task;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited 60 s for {what}. The process printed:\n{Output}");
        }
    }

    /// <param name="cancellationToken">Ends the waiting, not the process.</param>
    /// <param name="patience">One minute if left out.</param>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(patience ?? Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {patience ?? Patience} for the process to end. It printed:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as an orchestrator stops a container.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGSTOP, as a machine that hangs: connections stay open and nothing is answered.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Thaw() => Signal("CONT");

    /// <summary>Bytes of memory resident now; its highest value so far where the system tells it.</summary>
    public (long Resident, long Peak) Memory()
    {
        _process.Refresh();
        return (_process.WorkingSet64, _process.PeakWorkingSet64);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }
    }

    private void Append(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            foreach (var (_, seen) in _waiting.Where(w => w.Wanted(line)))
            {
                seen.TrySetResult(line);
            }
        }
    }
}
