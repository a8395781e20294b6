using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Collections whose items lie on several retrieval services, of which this process is one; asks all of them and answers as one engine that holds everything.</summary>
internal sealed class ShardedEngine : ICollectionEngine
{
    private readonly EmbeddedEngine _own;
    private readonly ShardSet _shards;
    private readonly WriteClock _clock;

    public ShardedEngine(EmbeddedEngine own, IShardCalls calls, ShardOptions options, TimeProvider time)
    {
        _own = own;
        _clock = new WriteClock(time);
        _shards = new ShardSet([.. Enumerable.Range(0, options.Count).Select(index => index == options.Index ? Own(index) : Other(index))]);

        Shard Own(int index) => new(index, own, info => own.Get(info.Key));

        Shard Other(int index)
        {
            var other = new RemoteEngine(new RemoteShard(calls, index, options.Count));
            return new Shard(index, other, other.Open);
        }
    }

    // Nobody is asked: that another shard lacks its part comes out when it is used.
    public async ValueTask<IItemCollection> GetAsync(CollectionKey key, CancellationToken cancellationToken) => _own.Find(key) is { } here
        ? Open(here.Info)
        : throw await _shards.WhyNotFoundAsync(key, cancellationToken);

    // One that is not on all shards is listed, so that it can be seen and deleted.
    public async Task<IReadOnlyList<CollectionSummary>> ListAsync(string tenant, CancellationToken cancellationToken) =>
    [
        .. (await _shards.AskAllAsync((shard, token) => shard.Engine.ListAsync(tenant, token), cancellationToken))
            .SelectMany(list => list)
            .GroupBy(part => part.Info.Key)
            .Select(parts => new CollectionSummary(parts.MinBy(part => part.Info.CreatedAt).Info, parts.Sum(part => part.ItemCount))),
    ];

    public async Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken)
    {
        var parts = await _shards.PartsAsync(key, cancellationToken);
        if (parts.FirstOrDefault(part => part is not null) is { Info: { } existing } && (existing.Dimensions, existing.Model) != (dimensions, model))
        {
            throw CollectionErrors.Exists(existing, dimensions, model);
        }

        // Only a creation that was broken off leaves empty parts alone: nothing is written before all are there.
        if (parts.Any(part => part is null) && parts.Any(part => part is { ItemCount: > 0 }))
        {
            throw ShardSet.Incomplete(key, parts);
        }

        // The first shard first: of two who make different ones at the same time, one is refused before it has made anything.
        var first = await _shards.All[0].Engine.CreateAsync(key, dimensions, model, cancellationToken);
        await ShardSet.AskAsync(_shards.All.Skip(1), (shard, token) => shard.Engine.CreateAsync(key, dimensions, model, token), cancellationToken);
        return Open(first.Info);
    }

    public Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => _shards.AskAllAsync(
        async (shard, token) =>
        {
            await shard.Engine.DeleteAsync(key, token);
            return 0;
        },
        cancellationToken);

    public async Task<IReadOnlyList<string>> FindUsedPicturesAsync(string tenant, IReadOnlyList<string> imageIds, CancellationToken cancellationToken)
    {
        var used = (await _shards.AskAllAsync((shard, token) => shard.Engine.FindUsedPicturesAsync(tenant, imageIds, token), cancellationToken))
            .SelectMany(ids => ids).ToHashSet(StringComparer.Ordinal);
        return [.. imageIds.Where(used.Contains)];
    }

    private ShardedCollection Open(CollectionInfo info) => new(info, _shards, _clock);
}
