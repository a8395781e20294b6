using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.Workers.Reporting;

/// <summary>Tells the worker directory about this process: once before the host counts as started, then at every interval, and at the end, before its work is brought to an end.</summary>
internal sealed class WorkerHeartbeat(
    IGrainFactory grains, WorkerReporter reporter, WorkerIdentity identity, WorkGate gate, IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerHeartbeat> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly CancellationTokenSource _stopping = new();
    private Task _beating = Task.CompletedTask;
    private bool _failing;

    /// <summary>True while the mesh knows of this worker.</summary>
    public bool IsRegistered { get; private set; }

    // Only now do all servers listen, so only now is there an address to tell.
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await BeatAsync(cancellationToken);
        _beating = BeatForeverAsync(_stopping.Token);
    }

    // Before anything of the host stops, so that no new work is sent to a process that goes, and what it has can be finished or handed over.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _beating.WaitAsync(cancellationToken);
        if (IsRegistered)
        {
            IsRegistered = false;
            try
            {
                await Directory.LeaveAsync(identity.Id, identity.Incarnation).WaitAsync(Patience, time, cancellationToken);
            }
            catch (Exception e)
            {
                // The directory forgets a worker that is silent anyhow.
                Log.HeartbeatFailed(logger, identity.Id, e.Message);
            }
        }

        await DrainAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private IWorkerDirectoryGrain Directory => grains.GetGrain<IWorkerDirectoryGrain>(0);

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (gate.Inside is > 0 and var inside)
        {
            Log.Draining(logger, identity.Id, inside, options.Value.DrainTimeout.TotalSeconds);
        }

        if (await gate.DrainAsync(options.Value.DrainTimeout, cancellationToken) is > 0 and var left)
        {
            Log.HandedOver(logger, identity.Id, left);
        }
    }

    private async Task BeatForeverAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.HeartbeatInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await BeatAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Directory.ReportAsync(reporter.Report()).WaitAsync(Patience, time, cancellationToken);
            IsRegistered = true;
            if (_failing)
            {
                _failing = false;
                Log.HeartbeatRecovered(logger, identity.Id);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            IsRegistered = false;
            if (!_failing)
            {
                _failing = true;
                Log.HeartbeatFailed(logger, identity.Id, e.Message);
            }
        }
    }
}
