using Microsoft.Extensions.Options;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>What the embedded engine does beside its work: it verifies what it mapped at start, and takes what was deleted off the disk.</summary>
internal sealed class Maintenance(EmbeddedEngine engine, IOptions<RetrievalOptions> options, TimeProvider time, ILogger<Maintenance> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Run(() => Verify(stoppingToken), stoppingToken);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(options.Value.EraseAfter.TotalSeconds / 4, 0.05, 60)), time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await CompactAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private void Verify(CancellationToken cancellationToken)
    {
        foreach (var collection in engine.Collections)
        {
            collection.Verify(cancellationToken);
            if (collection.Broken is { } broken)
            {
                Log.Broken(logger, $"{collection.Info.Key}", broken.Message);
            }
        }
    }

    private async Task CompactAsync(CancellationToken cancellationToken)
    {
        var diedBefore = time.GetTimestamp() - (long)(options.Value.EraseAfter.TotalSeconds * 0.75 * time.TimestampFrequency);
        foreach (var collection in engine.Collections)
        {
            try
            {
                await collection.CompactAsync(diedBefore, cancellationToken);
            }
#pragma warning disable CA1031 // What failed for one is told and tried again at the next turn; the others go on.
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.CompactionFailed(logger, failure, $"{collection.Info.Key}");
            }
#pragma warning restore CA1031
        }
    }
}
