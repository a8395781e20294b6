using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MultiModalMesh.TestServers;

/// <summary>A server of another project as a real process of its own, on a free port and a folder that goes away with it.</summary>
internal abstract class TestServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesh-server-");
    private Process? _process;

    public abstract string ConnectionString { get; }

    protected int Port { get; } = FreePort();

    protected string Folder => _folder.FullName;

    protected abstract string ReadyLine { get; }

    public async Task StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var output = new StringBuilder();
            var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var process = new Process { StartInfo = Command(), EnableRaisingEvents = true };
            process.StartInfo.RedirectStandardOutput = true;
            process.StartInfo.RedirectStandardError = true;
            process.OutputDataReceived += (_, line) => Read(line.Data);
            process.ErrorDataReceived += (_, line) => Read(line.Data);
            process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("It ended."));
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            try
            {
                await ready.Task.WaitAsync(Patience);
                _process = process;
                return;
            }
            catch (Exception e) when (e is TimeoutException or InvalidOperationException)
            {
                if (!process.HasExited)
                {
                    Kill(process);
                }

                process.WaitForExit();
                process.Dispose();

                // After SIGKILL what the server started may hold its memory for a moment.
                if (attempt < 10)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt));
                }
                else
                {
                    lock (output)
                    {
                        throw new InvalidOperationException($"'{process.StartInfo.FileName}' did not print '{ReadyLine}'. It printed:\n{output}", e);
                    }
                }
            }

            void Read(string? line)
            {
                lock (output)
                {
                    output.AppendLine(line);
                }

                if (line?.Contains(ReadyLine, StringComparison.Ordinal) == true)
                {
                    ready.TrySetResult();
                }
            }
        }
    }

    /// <summary>SIGKILL to the server and all that it started: nothing is flushed.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            Kill(process);
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    protected abstract ProcessStartInfo Command();

    protected virtual void Kill(Process process) => process.Kill(entireProcessTree: true);

    protected static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}:\n{await output}{await error}");
        }
    }

    protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
