using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Chaos.Processes;

/// <summary>A place in the mesh where a program runs; whenever it has ended, another one is started there.</summary>
/// <param name="project">Folder of the program's project.</param>
/// <param name="arguments">Of the so-many-th program in this place.</param>
internal sealed class Slot(string name, string project, Func<int, IReadOnlyList<string>> arguments) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<ServiceProcess> _started = [];
    private bool _killed;

    public string Name => name;

    public ServiceProcess Process
    {
        get
        {
            lock (_gate)
            {
                return _started[^1];
            }
        }
    }

    /// <summary>How many have been started here.</summary>
    public int Generation
    {
        get
        {
            lock (_gate)
            {
                return _started.Count;
            }
        }
    }

    /// <summary>Programs that ended although no fault killed them: members that were silent for too long end themselves.</summary>
    public int EndedByThemselves { get; private set; }

    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Concat(_started.Select((process, i) => $"=== {name}, number {i + 1}, process {process.Id}\n{process.Output}\n"));
            }
        }
    }

    public void Start()
    {
        lock (_gate)
        {
            _started.Add(ServiceProcess.Start(project, arguments(_started.Count + 1)));
            _killed = false;
        }
    }

    public Task KillAsync()
    {
        lock (_gate)
        {
            _killed = true;
            return _started[^1].KillAsync();
        }
    }

    /// <summary>SIGTERM, as from an orchestrator that replaces it.</summary>
    /// <returns>The exit code, when it has ended; it is started again as any that has.</returns>
    public Task<int> StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _killed = true;
            _started[^1].Terminate();
            return _started[^1].WaitForExitAsync(cancellationToken);
        }
    }

    public void RestartIfEnded()
    {
        lock (_gate)
        {
            if (!_started[^1].HasExited)
            {
                return;
            }

            EndedByThemselves += _killed ? 0 : 1;
            Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            await process.DisposeAsync();
        }
    }
}
