using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>What another process holds of all collections.</summary>
internal sealed class RemoteEngine(RemoteShard shard) : ICollectionEngine
{
    /// <summary>Its part of a collection, which is not asked for before it is used.</summary>
    public IItemCollection Open(CollectionInfo info) => new RemoteCollection(shard, info);

    public async ValueTask<IItemCollection> GetAsync(CollectionKey key, CancellationToken cancellationToken) =>
        (await ListAsync(key.Tenant, cancellationToken)).Where(one => one.Info.Key == key).Select(one => Open(one.Info)).FirstOrDefault()
        ?? throw new MeshException(ErrorReason.CollectionNotFound, $"There is no collection '{key.Name}'; create it first.") { Field = "name.collection" };

    public Task<IReadOnlyList<CollectionSummary>> ListAsync(string tenant, CancellationToken cancellationToken) => shard.CallAsync<IReadOnlyList<CollectionSummary>>(
        async (client, headers, token) =>
            [.. (await client.ListShardCollectionsAsync(new ListShardCollectionsRequest { Tenant = tenant }, headers, cancellationToken: token)).Collections.Select(ShardMessages.ToSummary)],
        cancellationToken);

    public Task<IItemCollection> CreateAsync(CollectionKey key, int dimensions, string model, CancellationToken cancellationToken) => shard.CallAsync(
        async (client, headers, token) =>
        {
            var request = new CreateShardCollectionRequest { Name = ShardMessages.ToName(key), Dimensions = dimensions, Model = model };
            return Open(ShardMessages.ToSummary((await client.CreateShardCollectionAsync(request, headers, cancellationToken: token)).Collection).Info);
        },
        cancellationToken);

    public Task DeleteAsync(CollectionKey key, CancellationToken cancellationToken) => shard.CallAsync(
        async (client, headers, token) =>
            await client.DeleteShardCollectionAsync(new DeleteShardCollectionRequest { Name = ShardMessages.ToName(key) }, headers, cancellationToken: token),
        cancellationToken);

    public Task<IReadOnlyList<string>> FindUsedPicturesAsync(string tenant, IReadOnlyList<string> imageIds, CancellationToken cancellationToken) => shard.CallAsync<IReadOnlyList<string>>(
        async (client, headers, token) =>
            (await client.FindShardImagesAsync(new FindShardImagesRequest { Tenant = tenant, ImageIds = { imageIds } }, headers, cancellationToken: token)).ImageIds,
        cancellationToken);
}
