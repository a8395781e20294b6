using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers;
using Orleans.Runtime;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>
/// Looks, before the mesh sends anything here, who else keeps collections: two services of one shard, or of different counts, would each answer with what
/// the other does not have. Whoever has just died is in the list for some seconds, so a neighbour is refused only if it stays there.
/// </summary>
internal sealed class ShardNeighbours(IServiceProvider services, IOptions<RetrievalOptions> options, IOptions<WorkerOptions> worker, TimeProvider time, ILogger<ShardNeighbours> logger)
    : IHostedLifecycleService
{
    // The directory forgets who was silent for six seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan DirectoryTime = TimeSpan.FromSeconds(5);

    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: one of them cannot be beside this one.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var shards = options.Value.Shards;
        if (services.GetService<IGrainFactory>() is not { } grains)
        {
            return;
        }

        var start = time.GetTimestamp();
        using var look = new PeriodicTimer(BetweenLooks, time);
        while (true)
        {
            var isLast = time.GetElapsedTime(start) > Patience;
            try
            {
                if (await FindAsync(grains, shards, cancellationToken) is not { } other)
                {
                    return;
                }

                if (isLast)
                {
                    throw Refuse(shards, other);
                }
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException or ArgumentException)
            {
                // No silo is there, maybe not yet. Who holds everything and shares nothing starts all the same, as any worker does.
                if (isLast || shards.Count == 1)
                {
                    Log.NeighboursUnknown(logger, failure.Message);
                    return;
                }
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Whether the two would answer with different data.</summary>
    public static bool Conflict(ShardOptions mine, IReadOnlyList<string> capabilities)
    {
        if (!capabilities.Contains(Capabilities.Retrieval, StringComparer.Ordinal))
        {
            return false;
        }

        var shard = ShardOf(capabilities);
        return mine.Count == 1
            ? shard is not null
            : shard is null || shard == Capabilities.RetrievalShard(mine.Index, mine.Count)
                || !Enumerable.Range(0, mine.Count).Any(index => shard == Capabilities.RetrievalShard(index, mine.Count));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // One with this process's own id is what was here before it.
    private async Task<WorkerReport?> FindAsync(IGrainFactory grains, ShardOptions shards, CancellationToken cancellationToken) =>
        (await grains.GetGrain<IWorkerDirectoryGrain>(0).ListAsync().WaitAsync(DirectoryTime, time, cancellationToken))
            .FirstOrDefault(other => other.WorkerId != worker.Value.Id && other.Offers.Any(offer => Conflict(shards, offer.Capabilities)));

    private static MeshException Refuse(ShardOptions shards, WorkerReport other)
    {
        var mine = shards.Count == 1 ? "whole collections" : $"shard {shards.Index} of {shards.Count}";
        var theirs = other.Offers.Select(offer => ShardOf(offer.Capabilities)).FirstOrDefault(shard => shard is not null) is { } shard ? $"'{shard}'" : "whole collections";
        return new MeshException(
            ErrorReason.StorageFailed,
            $"The mesh has the retrieval worker '{other.WorkerId}' at '{other.Endpoint}' with {theirs}, which {mine} cannot be beside; stop it, or set Retrieval:Shards:Count and Retrieval:Shards:Index of this one.");
    }

    private static string? ShardOf(IReadOnlyList<string> capabilities) => capabilities.FirstOrDefault(capability => capability.StartsWith(Capabilities.RetrievalShards, StringComparison.Ordinal));
}
