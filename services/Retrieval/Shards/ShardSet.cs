using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>One shard, here or elsewhere.</summary>
/// <param name="Part">Its part of a collection that is known to exist.</param>
internal sealed record Shard(int Index, ICollectionEngine Engine, Func<CollectionInfo, IItemCollection> Part);

/// <summary>All shards, asked at once. An answer is that of all who were asked, or the failure of the first who failed: never one with a part left out.</summary>
/// <param name="all">In the order of their indexes.</param>
internal sealed class ShardSet(IReadOnlyList<Shard> all)
{
    public IReadOnlyList<Shard> All => all;

    public Task<T[]> AskAllAsync<T>(Func<Shard, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) => AskAsync(all, ask, cancellationToken);

    /// <returns>Their answers, in the order of <paramref name="shards"/>.</returns>
    public static async Task<T[]> AskAsync<T>(IEnumerable<Shard> shards, Func<Shard, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = shards.Select(shard => ask(shard, ending.Token)).ToList();
        try
        {
            await foreach (var answered in Task.WhenEach(asked).WithCancellation(CancellationToken.None))
            {
                await answered;
            }
        }
        catch
        {
            // What the others would find is of no use any more; they are waited for, so that nothing of this call goes on behind its answer.
            await ending.CancelAsync();
            await Task.WhenAll(asked).ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        return await Task.WhenAll(asked);
    }

    /// <summary>What every shard says of a collection, null where it is not there; in the order of the shards.</summary>
    public Task<CollectionSummary?[]> PartsAsync(CollectionKey key, CancellationToken cancellationToken) => AskAllAsync<CollectionSummary?>(
        async (shard, token) => (await shard.Engine.ListAsync(key.Tenant, token)).Where(one => one.Info.Key == key).Select(one => (CollectionSummary?)one).FirstOrDefault(),
        cancellationToken);

    /// <summary>Why a shard does not find a collection that was asked for.</summary>
    public async Task<MeshException> WhyNotFoundAsync(CollectionKey key, CancellationToken cancellationToken)
    {
        var parts = await PartsAsync(key, cancellationToken);
        return parts.Any(part => part is null) && parts.Any(part => part is not null)
            ? Incomplete(key, parts)
            : new MeshException(ErrorReason.CollectionNotFound, $"There is no collection '{key.Name}'; create it first.") { Field = "name.collection" };
    }

    public static MeshException Incomplete(CollectionKey key, IReadOnlyList<CollectionSummary?> parts)
    {
        var lacking = string.Join(", ", Enumerable.Range(0, parts.Count).Where(shard => parts[shard] is null));
        return new MeshException(
            ErrorReason.StorageFailed,
            $"Shard {lacking} of {parts.Count} does not have the collection '{key.Name}', but others do: it was just made or deleted, or that shard began with an empty data folder. "
            + "Bring the folder back; or delete the collection and import it again.")
        {
            Metadata = new Dictionary<string, string> { ["shard"] = lacking, ["shard_count"] = $"{parts.Count}" },
        };
    }
}
