using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>
/// Wakes dialogues whose turns, and jobs whose items, were acknowledged and not finished: at once when a silo starts, and then again and again, because the silo
/// that had them may be another one that died. Waking one that is at work does nothing. What was kept long enough goes with it.
/// </summary>
internal sealed class UnfinishedSweeper(
    IStateStore store, IGrainFactory grains, JobSweep jobs, IOptions<DialogueOptions> options, TimeProvider time, ILogger<UnfinishedSweeper> logger) : BackgroundService
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
                await ResumeAsync(DialogueGrain.StateName, key => grains.GetGrain<IDialogueGrain>(key).ResumeAsync(), first, stoppingToken);
                await ResumeAsync(JobGrain.StateName, key => grains.GetGrain<IJobGrain>(key).ResumeAsync(), first, stoppingToken);
                await jobs.ExpireAsync(stoppingToken);
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

    private async Task ResumeAsync(string stateName, Func<string, Task> resume, bool first, CancellationToken stoppingToken)
    {
        var keys = await store.ListUnfinishedAsync(stateName, MaxKeys, stoppingToken);
        if (first && keys.Count > 0)
        {
            Log.Resuming(logger, keys.Count, stateName);
        }

        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = stoppingToken }, async (key, cancellationToken) =>
        {
            try
            {
                await resume(key).WaitAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.CannotResume(logger, key, e.Message);
            }
        });
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
