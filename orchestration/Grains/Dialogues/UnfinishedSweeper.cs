using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>
/// Wakes dialogues whose turns were acknowledged and not finished: at once when a silo starts, and then again and again, because the silo
/// that had them may be another one that died. Waking one that is at work does nothing.
/// </summary>
internal sealed class UnfinishedSweeper(
    IStateStore store, IGrainFactory grains, IOptions<DialogueOptions> options, TimeProvider time, ILogger<UnfinishedSweeper> logger) : BackgroundService
{
    private const int MaxKeys = 1000;
    private const int MaxParallel = 16;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // A store that cannot be used ends the start with its sentence, instead of every turn later.
        await store.ListUnfinishedAsync(DialogueGrain.StateName, 1, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        var first = true;
        do
        {
            try
            {
                var keys = await store.ListUnfinishedAsync(DialogueGrain.StateName, MaxKeys, stoppingToken);
                if (first && keys.Count > 0)
                {
                    Log.Resuming(logger, keys.Count);
                }

                await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = stoppingToken }, ResumeAsync);
                first = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (MeshException e)
            {
                Log.CannotSweep(logger, e.Message);
            }
        }
        while (await WaitAsync(timer, stoppingToken));
    }

    private async ValueTask ResumeAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await grains.GetGrain<IDialogueGrain>(key).ResumeAsync().WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.CannotResume(logger, key, e.Message);
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
