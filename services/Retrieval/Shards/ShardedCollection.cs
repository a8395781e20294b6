using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>A collection whose items are shared out. What is found is what one collection with all of them would find: same items, scores and order.</summary>
internal sealed class ShardedCollection(CollectionInfo info, ShardSet shards, WriteClock clock) : IItemCollection
{
    public CollectionInfo Info => info;

    public async Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken)
    {
        // The last of several with one id counts, in the place of the first: as on one machine.
        var last = new Dictionary<string, IndexedItem>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            last[item.Id] = item;
        }

        var first = clock.Take(last.Count);
        var placed = last.Values.Select((item, i) => item with { Sequence = first + ((long)i * WriteOrder.Shards) }).ToLookup(item => Owner(item.Id));
        await AskAsync(
            placed.Select(group => group.Key),
            async (shard, part, token) =>
            {
                await part.UpsertAsync([.. placed[shard]], token);
                return 0;
            },
            cancellationToken);
    }

    public async Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var placed = ids.ToLookup(Owner);
        return (await AskAsync(placed.Select(group => group.Key), (shard, part, token) => part.DeleteAsync(placed[shard], token), cancellationToken)).Sum();
    }

    public async Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var placed = ids.Distinct(StringComparer.Ordinal).ToLookup(Owner);
        var found = (await AskAsync(placed.Select(group => group.Key), (shard, part, token) => part.GetAsync([.. placed[shard]], token), cancellationToken))
            .SelectMany(items => items).ToDictionary(item => item.Id, StringComparer.Ordinal);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    public async Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken) =>
        Best(await AskAllAsync((part, token) => part.FindNearestAsync(query, token), cancellationToken), query.Limit);

    public async Task<TextStatistics> MeasureTextAsync(string text, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var parts = await AskAllAsync((part, token) => part.MeasureTextAsync(text, fields, token), cancellationToken);
        return new TextStatistics(
            parts.Sum(part => part.Items), parts.Sum(part => part.Words), [.. Enumerable.Range(0, parts[0].Having.Count).Select(word => parts.Sum(part => part.Having[word]))]);
    }

    // In two steps: how much a word weighs follows from how many items have it, on all shards.
    public async Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken)
    {
        var measured = query with { Statistics = await MeasureTextAsync(query.Text, query.Fields, cancellationToken) };
        return Best(await AskAllAsync((part, token) => part.FindTextAsync(measured, token), cancellationToken), query.Limit);
    }

    public async Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken) =>
        (await AskAllAsync((part, token) => part.CountAsync(filter, token), cancellationToken)).Sum();

    public Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken) => new MergedScroll(shards.All.Count, after).ReadAsync(
        size,
        (wanted, number, token) => AskAsync(wanted.Keys, (shard, part, ending) => part.ScrollAsync(wanted[shard], number, filter, withVectors, ending), token),
        cancellationToken);

    private static Hit[] Best(IEnumerable<IReadOnlyList<Hit>> parts, int limit) =>
        [.. parts.SelectMany(hits => hits).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Sequence).Take(limit)];

    private int Owner(string id) => ShardPlacement.Of(info.Key, id, shards.All.Count);

    private Task<T[]> AskAllAsync<T>(Func<IItemCollection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        AskAsync(Enumerable.Range(0, shards.All.Count), (_, part, token) => ask(part, token), cancellationToken);

    private async Task<T[]> AskAsync<T>(IEnumerable<int> wanted, Func<int, IItemCollection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ShardSet.AskAsync(wanted.Select(shard => shards.All[shard]), async (shard, token) => await ask(shard.Index, shard.Part(info), token), cancellationToken);
        }
        catch (MeshException failure) when (failure.Reason == ErrorReason.CollectionNotFound)
        {
            throw await shards.WhyNotFoundAsync(info.Key, cancellationToken);
        }
    }
}
