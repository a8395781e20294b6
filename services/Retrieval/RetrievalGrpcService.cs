using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval;

/// <summary>The contract's face: checks, maps, calls the catalog, maps back.</summary>
internal sealed class RetrievalGrpcService(CollectionCatalog catalog, SearchAdmission admission, RetrievalInstruments instruments) : RetrievalService.RetrievalServiceBase
{
    private const int MaxDimensions = 8192;
    private const int MaxSearchLimit = 1000;
    private const int DefaultSearchLimit = 10;
    private const int MaxPageSize = 1000;
    private const int DefaultPageSize = 50;
    private const int MaxModelLength = 256;
    private const int MaxDeletedIds = 10_000;

    // Commits cost a wait for the disk each, and a batch is held in memory: some hundred items or some megabytes.
    private const int ItemsPerCommit = 256;
    private const long BytesPerCommit = 8 << 20;

    public override async Task<CreateCollectionResponse> CreateCollection(CreateCollectionRequest request, ServerCallContext context)
    {
        var key = CollectionKey.From(request.Name);
        CheckRange(request.Dimensions, 1, MaxDimensions, "dimensions");
        if (request.Model.Length > MaxModelLength)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The model's name has {request.Model.Length} characters, the limit is {MaxModelLength}.") { Field = "model" };
        }

        var collection = await catalog.CreateAsync(key, request.Dimensions, request.Model, context.CancellationToken);
        return new CreateCollectionResponse { Collection = ToMessage(collection) };
    }

    public override Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        var tenant = CollectionKey.CheckTenant(request.Tenant, "tenant");
        CheckRange(request.PageSize, 0, MaxPageSize, "page_size");
        var size = request.PageSize == 0 ? DefaultPageSize : request.PageSize;

        var found = catalog.List(tenant, PageToken.Read(request.PageToken)).Take(size + 1).ToList();
        var response = new ListCollectionsResponse { Collections = { found.Take(size).Select(ToMessage) } };
        if (found.Count > size)
        {
            response.NextPageToken = PageToken.After(found[size - 1].Stored.Key.Name);
        }

        return Task.FromResult(response);
    }

    public override async Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        await catalog.DeleteAsync(CollectionKey.From(request.Name), context.CancellationToken);
        return new DeleteCollectionResponse();
    }

    public override async Task<UpsertItemsResponse> UpsertItems(IAsyncStreamReader<UpsertItemsRequest> requestStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        if (!await requestStream.MoveNext(cancellation) || requestStream.Current.PayloadCase != UpsertItemsRequest.PayloadOneofCase.Name)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The first message must name the collection.") { Field = "name" };
        }

        var collection = catalog.Get(CollectionKey.From(requestStream.Current.Name));
        List<IndexedItem> batch = new(ItemsPerCommit);
        long batchBytes = 0;
        long received = 0;
        while (await requestStream.MoveNext(cancellation))
        {
            var field = $"items[{received}]";
            if (requestStream.Current.PayloadCase != UpsertItemsRequest.PayloadOneofCase.Item)
            {
                throw new MeshException(ErrorReason.InvalidRequest, "Every message after the first must be an item.") { Field = field };
            }

            var item = IndexedItem.From(requestStream.Current.Item, collection.Stored.Dimensions, field);
            batch.Add(item);
            batchBytes += VectorTable.SizeOf(item);
            received++;
            if (batch.Count == ItemsPerCommit || batchBytes >= BytesPerCommit)
            {
                await catalog.UpsertAsync(collection, batch, cancellation);
                instruments.ItemsWritten(batch.Count);
                batch.Clear();
                batchBytes = 0;
            }
        }

        if (batch.Count > 0)
        {
            await catalog.UpsertAsync(collection, batch, cancellation);
            instruments.ItemsWritten(batch.Count);
        }

        return new UpsertItemsResponse { UpsertedCount = received };
    }

    public override async Task Search(SearchRequest request, IServerStreamWriter<SearchResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var collection = catalog.Get(CollectionKey.From(request.Name));
        CheckRange(request.Limit, 0, MaxSearchLimit, "limit");
        var limit = request.Limit == 0 ? DefaultSearchLimit : request.Limit;
        var query = IndexedItem.UnitVector(request.Vector, collection.Stored.Dimensions, "vector");

        var started = Stopwatch.GetTimestamp();
        var hits = await admission.RunAsync(() => collection.Table.Current.Search(query, limit, request.Filter, cancellation), cancellation);
        instruments.Searched(Stopwatch.GetElapsedTime(started), request.Filter is { Fields.Count: > 0 });

        foreach (var hit in hits)
        {
            await responseStream.WriteAsync(
                new SearchResponse { Id = hit.Id, Score = hit.Score, Payload = hit.Payload is null ? new Struct() : Struct.Parser.ParseFrom(hit.Payload) },
                cancellation);
        }
    }

    public override async Task<DeleteItemsResponse> DeleteItems(DeleteItemsRequest request, ServerCallContext context)
    {
        var collection = catalog.Get(CollectionKey.From(request.Name));
        if (request.Ids.Count > MaxDeletedIds)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The request names {request.Ids.Count} items, the limit is {MaxDeletedIds}.") { Field = "ids" };
        }

        return new DeleteItemsResponse { DeletedCount = await catalog.DeleteItemsAsync(collection, request.Ids, context.CancellationToken) };
    }

    public override Task<FindUsedImagesResponse> FindUsedImages(FindUsedImagesRequest request, ServerCallContext context)
    {
        var tenant = CollectionKey.CheckTenant(request.Tenant, "tenant");
        if (request.ImageIds.Count > MaxDeletedIds)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The request names {request.ImageIds.Count} pictures, the limit is {MaxDeletedIds}.") { Field = "image_ids" };
        }

        // A scan of many payloads takes a while and must not hold the thread that reads requests.
        return Task.Run(() => new FindUsedImagesResponse { ImageIds = { PictureUses.Find(catalog.List(tenant, ""), request.ImageIds, context.CancellationToken) } }, context.CancellationToken);
    }

    private static Collection ToMessage(VectorCollection collection) => new()
    {
        Name = new CollectionName { Tenant = collection.Stored.Key.Tenant, Collection = collection.Stored.Key.Name },
        Dimensions = collection.Stored.Dimensions,
        ItemCount = collection.Table.Current.LiveCount,
        CreateTime = Timestamp.FromDateTimeOffset(collection.Stored.CreatedAt),
        Model = collection.Stored.Model,
    };

    private static void CheckRange(int value, int lowest, int highest, string field)
    {
        if (value < lowest || value > highest)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"{field} is {value}; it must be {lowest} to {highest}.") { Field = field };
        }
    }
}
