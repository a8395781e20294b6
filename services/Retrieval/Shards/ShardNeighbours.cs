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
                if (await FindAsync(grains, cancellationToken) is not { } other)
                {
                    return;
                }

                if (isLast)
                {
                    throw Refuse(options.Value, other);
                }
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException or ArgumentException)
            {
                // No silo is there, maybe not yet. Who holds everything and shares nothing starts all the same, as any worker does.
                if (isLast || options.Value.Shards.Count == 1)
                {
                    Log.NeighboursUnknown(logger, failure.Message);
                    return;
                }
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>Whether the two would answer with different data.</summary>
    public static bool Conflict(RetrievalOptions mine, IReadOnlyList<string> capabilities)
    {
        if (!capabilities.Contains(Capabilities.Retrieval, StringComparer.Ordinal))
        {
            return false;
        }

        var shard = ShardOf(capabilities);
        return mine.PostgreSql.IsUsed ? shard != Capabilities.RetrievalDatabase
            : mine.Shards is { Count: > 1 } shards
                ? shard is null || shard == Capabilities.RetrievalShard(shards.Index, shards.Count)
                    || !Enumerable.Range(0, shards.Count).Any(index => shard == Capabilities.RetrievalShard(index, shards.Count))
            : shard is not null;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // One with this process's own id is what was here before it.
    private async Task<WorkerReport?> FindAsync(IGrainFactory grains, CancellationToken cancellationToken) =>
        (await grains.GetGrain<IWorkerDirectoryGrain>(0).ListAsync().WaitAsync(DirectoryTime, time, cancellationToken))
            .FirstOrDefault(other => other.WorkerId != worker.Value.Id && other.Offers.Any(offer => Conflict(options.Value, offer.Capabilities)));

    private static MeshException Refuse(RetrievalOptions options, WorkerReport other)
    {
        var mine = options.PostgreSql.IsUsed ? "collections in a database" : options.Shards is { Count: > 1 } shards ? $"shard {shards.Index} of {shards.Count}" : "whole collections";
        var theirs = other.Offers.Select(offer => ShardOf(offer.Capabilities)).FirstOrDefault(shard => shard is not null) is { } shard ? $"'{shard}'" : "whole collections";
        return new MeshException(
            ErrorReason.StorageFailed,
            $"The mesh has the retrieval worker '{other.WorkerId}' at '{other.Endpoint}' with {theirs}, which {mine} cannot be beside; stop it, or set Retrieval:PostgreSql:ConnectionString, Retrieval:Shards:Count and Retrieval:Shards:Index of this one to fit.");
    }

    private static string? ShardOf(IReadOnlyList<string> capabilities) => capabilities.FirstOrDefault(capability => capability.StartsWith(Capabilities.RetrievalShards, StringComparison.Ordinal));
}
