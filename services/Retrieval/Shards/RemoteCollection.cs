using Grpc.Core;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;
using TextStatistics = MultiModalMesh.Retrieval.Engine.TextStatistics;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>The part of a collection that another process holds.</summary>
internal sealed class RemoteCollection(RemoteShard shard, CollectionInfo info) : IItemCollection
{
    private readonly CollectionName _name = ShardMessages.ToName(info.Key);

    public CollectionInfo Info => info;

    public Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken) => shard.CallAsync(
        async (client, headers, token) =>
            await client.WriteShardItemsAsync(new WriteShardItemsRequest { Name = _name, Items = { items.Select(ShardMessages.ToMessage) } }, headers, cancellationToken: token),
        cancellationToken);

    public Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var request = new DeleteShardItemsRequest { Name = _name, Ids = { ids } };
        return shard.CallAsync(async (client, headers, token) => (await client.DeleteShardItemsAsync(request, headers, cancellationToken: token)).DeletedCount, cancellationToken);
    }

    public async Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var request = new GetShardItemsRequest { Name = _name, Ids = { ids } };
        return [.. (await shard.ReadAsync((client, headers, token) => client.GetShardItems(request, headers, cancellationToken: token), part => part.Items, cancellationToken)).Select(ShardMessages.ToItem)];
    }

    public async Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken)
    {
        var request = new FindNearestShardItemsRequest
        {
            Name = _name,
            Vector = { query.Vector },
            Limit = query.Limit,
            Where = FilterMessages.Write(query.Filter),
            WithVectors = query.WithVectors,
        };
        if (query.MinScore is { } least)
        {
            request.MinScore = least;
        }

        var found = await shard.ReadAsync((client, headers, token) => client.FindNearestShardItems(request, headers, cancellationToken: token), part => part.Items, cancellationToken);
        return found.ConvertAll(hit => ShardMessages.ToHit(hit, query.WithVectors));
    }

    public Task<TextStatistics> MeasureTextAsync(string text, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var request = new MeasureShardTextRequest { Name = _name, Text = text, Fields = { fields } };
        return shard.CallAsync(
            async (client, headers, token) => ShardMessages.ToStatistics((await client.MeasureShardTextAsync(request, headers, cancellationToken: token)).Statistics), cancellationToken);
    }

    public async Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken)
    {
        var request = new FindShardTextRequest
        {
            Name = _name,
            Text = query.Text,
            Fields = { query.Fields },
            Limit = query.Limit,
            Where = FilterMessages.Write(query.Filter),
            Statistics = query.Statistics is { } whole ? ShardMessages.ToMessage(whole) : null,
        };
        var found = await shard.ReadAsync((client, headers, token) => client.FindShardText(request, headers, cancellationToken: token), part => part.Items, cancellationToken);
        return found.ConvertAll(hit => ShardMessages.ToHit(hit, withVector: false));
    }

    public Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken)
    {
        var request = new CountShardItemsRequest { Name = _name, Where = FilterMessages.Write(filter) };
        return shard.CallAsync(async (client, headers, token) => (await client.CountShardItemsAsync(request, headers, cancellationToken: token)).Count, cancellationToken);
    }

    public Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken)
    {
        var request = new ListShardItemsRequest { Name = _name, After = after, Limit = size, Where = FilterMessages.Write(filter), WithVectors = withVectors };
        return shard.CallAsync(
            async (client, headers, token) =>
            {
                List<IndexedItem> items = [];
                var ended = false;
                using var call = client.ListShardItems(request, headers, cancellationToken: token);
                await foreach (var part in call.ResponseStream.ReadAllAsync(token))
                {
                    items.AddRange(part.Items.Select(ShardMessages.ToItem));
                    ended = part.Ended;
                }

                return new ItemPage(items, items.Count > 0 ? items[^1].Sequence : after, ended);
            },
            cancellationToken);
    }
}
