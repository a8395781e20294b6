using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Deletes jobs that have ended long ago.</summary>
internal sealed class JobSweep(IStateStore store, IGrainFactory grains, IOptions<JobOptions> options, TimeProvider time, ILogger<JobSweep> logger)
{
    private const int MaxKeys = 100;

    /// <exception cref="Errors.MeshException">The store cannot be asked.</exception>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await store.ListUnfinishedAsync(JobExpiry.StateName, MaxKeys, cancellationToken))
        {
            // The longest ended first: behind one that may stay, all may.
            if (await store.ReadAsync(new RecordKey(JobExpiry.StateName, key)) is { } record
                && time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(record.UpdatedAt) < options.Value.Retention)
            {
                return;
            }

            try
            {
                await grains.GetGrain<IJobGrain>(key).ExpireAsync().WaitAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.CannotResume(logger, key, e.Message);
            }
        }
    }
}
