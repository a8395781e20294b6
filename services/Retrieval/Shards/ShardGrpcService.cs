using Grpc.Core;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>What other shards ask this one for: only what lies here.</summary>
/// <remarks>Searches are not admitted once more: each runs for one that another shard has admitted, and two that waited for each other's places would wait for ever.</remarks>
internal sealed class ShardGrpcService(EmbeddedEngine engine, IOptions<RetrievalOptions> options) : RetrievalShardService.RetrievalShardServiceBase
{
    private readonly string _shard = RemoteShard.Name(options.Value.Shards.Index, options.Value.Shards.Count);

    public override async Task<ListShardCollectionsResponse> ListShardCollections(ListShardCollectionsRequest request, ServerCallContext context) => new()
    {
        Collections = { (await Here(context).ListAsync(request.Tenant, context.CancellationToken)).Select(ShardMessages.ToMessage) },
    };

    public override async Task<CreateShardCollectionResponse> CreateShardCollection(CreateShardCollectionRequest request, ServerCallContext context)
    {
        var collection = await Here(context).CreateAsync(CollectionKey.From(request.Name), request.Dimensions, request.Model, context.CancellationToken);
        return new CreateShardCollectionResponse { Collection = ShardMessages.ToMessage(new CollectionSummary(collection.Info, 0)) };
    }

    public override async Task<DeleteShardCollectionResponse> DeleteShardCollection(DeleteShardCollectionRequest request, ServerCallContext context)
    {
        await Here(context).DeleteAsync(CollectionKey.From(request.Name), context.CancellationToken);
        return new DeleteShardCollectionResponse();
    }

    public override async Task<WriteShardItemsResponse> WriteShardItems(WriteShardItemsRequest request, ServerCallContext context)
    {
        await Part(request.Name, context).UpsertAsync([.. request.Items.Select(ShardMessages.ToItem)], context.CancellationToken);
        return new WriteShardItemsResponse();
    }

    public override async Task<DeleteShardItemsResponse> DeleteShardItems(DeleteShardItemsRequest request, ServerCallContext context) => new()
    {
        DeletedCount = await Part(request.Name, context).DeleteAsync(request.Ids, context.CancellationToken),
    };

    public override async Task GetShardItems(GetShardItemsRequest request, IServerStreamWriter<GetShardItemsResponse> responseStream, ServerCallContext context)
    {
        var items = await Part(request.Name, context).GetAsync(request.Ids, context.CancellationToken);
        foreach (var portion in ShardPortions.Of(items, ShardMessages.ToMessage))
        {
            await responseStream.WriteAsync(new GetShardItemsResponse { Items = { portion } }, context.CancellationToken);
        }
    }

    public override async Task FindNearestShardItems(FindNearestShardItemsRequest request, IServerStreamWriter<FindNearestShardItemsResponse> responseStream, ServerCallContext context)
    {
        var query = new NearestQuery([.. request.Vector], request.Limit, FilterMessages.Read(request.Where), request.HasMinScore ? request.MinScore : null, request.WithVectors);
        var hits = await Part(request.Name, context).FindNearestAsync(query, context.CancellationToken);
        foreach (var portion in ShardPortions.Of(hits, ShardMessages.ToMessage))
        {
            await responseStream.WriteAsync(new FindNearestShardItemsResponse { Items = { portion } }, context.CancellationToken);
        }
    }

    public override async Task<MeasureShardTextResponse> MeasureShardText(MeasureShardTextRequest request, ServerCallContext context) => new()
    {
        Statistics = ShardMessages.ToMessage(await Part(request.Name, context).MeasureTextAsync(request.Text, request.Fields, context.CancellationToken)),
    };

    public override async Task FindShardText(FindShardTextRequest request, IServerStreamWriter<FindShardTextResponse> responseStream, ServerCallContext context)
    {
        var query = new TextQuery(
            request.Text, request.Fields, request.Limit, FilterMessages.Read(request.Where), request.Statistics is { } whole ? ShardMessages.ToStatistics(whole) : null);
        var hits = await Part(request.Name, context).FindTextAsync(query, context.CancellationToken);
        foreach (var portion in ShardPortions.Of(hits, ShardMessages.ToMessage))
        {
            await responseStream.WriteAsync(new FindShardTextResponse { Items = { portion } }, context.CancellationToken);
        }
    }

    public override async Task<CountShardItemsResponse> CountShardItems(CountShardItemsRequest request, ServerCallContext context) => new()
    {
        Count = await Part(request.Name, context).CountAsync(FilterMessages.Read(request.Where), context.CancellationToken),
    };

    public override async Task ListShardItems(ListShardItemsRequest request, IServerStreamWriter<ListShardItemsResponse> responseStream, ServerCallContext context)
    {
        var page = await Part(request.Name, context).ScrollAsync(request.After, request.Limit, FilterMessages.Read(request.Where), request.WithVectors, context.CancellationToken);
        foreach (var portion in ShardPortions.Of(page.Items, ShardMessages.ToMessage))
        {
            await responseStream.WriteAsync(new ListShardItemsResponse { Items = { portion } }, context.CancellationToken);
        }

        await responseStream.WriteAsync(new ListShardItemsResponse { Ended = page.Ended }, context.CancellationToken);
    }

    public override async Task<FindShardImagesResponse> FindShardImages(FindShardImagesRequest request, ServerCallContext context) => new()
    {
        ImageIds = { await Here(context).FindUsedPicturesAsync(request.Tenant, request.ImageIds, context.CancellationToken) },
    };

    private EmbeddedCollection Part(CollectionName name, ServerCallContext context) => Here(context).Get(CollectionKey.From(name));

    // With PEER_UNAVAILABLE the caller looks for the shard that it meant.
    private EmbeddedEngine Here(ServerCallContext context) => context.RequestHeaders.GetValue(RemoteShard.Header) is var meant && meant == _shard
        ? engine
        : throw new MeshException(ErrorReason.PeerUnavailable, $"This is shard {_shard}, not '{meant}'.");
}
