using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval;

/// <summary>The contract's face: checks, maps, calls the engine, maps back.</summary>
internal sealed class RetrievalGrpcService(ICollectionEngine engine, SearchAdmission admission, RetrievalInstruments instruments) : RetrievalService.RetrievalServiceBase
{
    private const int MaxDimensions = 8192;
    private const int MaxPageSize = 1000;
    private const int DefaultPageSize = 50;
    private const int MaxModelLength = 256;
    private const int MaxDeletedIds = 10_000;
    private const int MaxReadIds = 1000;
    private const float DefaultDuplicateScore = 0.98f;

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

        var collection = await engine.CreateAsync(key, request.Dimensions, request.Model, context.CancellationToken);
        return new CreateCollectionResponse { Collection = ToMessage(new CollectionSummary(collection.Info, await collection.CountAsync(null, context.CancellationToken))) };
    }

    public override async Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        var tenant = CollectionKey.CheckTenant(request.Tenant, "tenant");
        CheckRange(request.PageSize, 0, MaxPageSize, "page_size");
        var size = request.PageSize == 0 ? DefaultPageSize : request.PageSize;

        var after = PageToken.Read(request.PageToken);
        var found = (await engine.ListAsync(tenant, context.CancellationToken))
            .Where(collection => string.CompareOrdinal(collection.Info.Key.Name, after) > 0)
            .OrderBy(collection => collection.Info.Key.Name, StringComparer.Ordinal).Take(size + 1).ToList();
        var response = new ListCollectionsResponse { Collections = { found.Take(size).Select(ToMessage) } };
        if (found.Count > size)
        {
            response.NextPageToken = PageToken.After(found[size - 1].Info.Key.Name);
        }

        return response;
    }

    public override async Task<DeleteCollectionResponse> DeleteCollection(DeleteCollectionRequest request, ServerCallContext context)
    {
        await engine.DeleteAsync(CollectionKey.From(request.Name), context.CancellationToken);
        return new DeleteCollectionResponse();
    }

    public override async Task<UpsertItemsResponse> UpsertItems(IAsyncStreamReader<UpsertItemsRequest> requestStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        if (!await requestStream.MoveNext(cancellation) || requestStream.Current.PayloadCase != UpsertItemsRequest.PayloadOneofCase.Name)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The first message must name the collection.") { Field = "name" };
        }

        var collection = await engine.GetAsync(CollectionKey.From(requestStream.Current.Name), cancellation);
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

            var item = IndexedItem.From(requestStream.Current.Item, collection.Info.Dimensions, field);
            batch.Add(item);
            batchBytes += item.Size;
            received++;
            if (batch.Count == ItemsPerCommit || batchBytes >= BytesPerCommit)
            {
                await collection.UpsertAsync(batch, cancellation);
                instruments.ItemsWritten(batch.Count);
                batch.Clear();
                batchBytes = 0;
            }
        }

        if (batch.Count > 0)
        {
            await collection.UpsertAsync(batch, cancellation);
            instruments.ItemsWritten(batch.Count);
        }

        return new UpsertItemsResponse { UpsertedCount = received };
    }

    public override async Task Search(SearchRequest request, IServerStreamWriter<SearchResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var collection = await engine.GetAsync(CollectionKey.From(request.Name), context.CancellationToken);
        var plan = SearchPlan.From(request, collection.Info.Dimensions);

        var started = Stopwatch.GetTimestamp();
        var found = await admission.RunAsync(() => Searcher.SearchAsync(collection, plan, cancellation), cancellation);
        instruments.Searched(Stopwatch.GetElapsedTime(started), plan.Filter is not null);

        foreach (var (hit, group) in found)
        {
            await responseStream.WriteAsync(new SearchResponse { Id = hit.Id, Score = hit.Score, Payload = ToStruct(hit.Payload), Group = group }, cancellation);
        }
    }

    public override async Task<GetItemsResponse> GetItems(GetItemsRequest request, ServerCallContext context)
    {
        var collection = await engine.GetAsync(CollectionKey.From(request.Name), context.CancellationToken);
        CheckCount(request.Ids.Count, MaxReadIds, "ids");
        return new GetItemsResponse { Items = { (await collection.GetAsync(request.Ids, context.CancellationToken)).Select(ToMessage) } };
    }

    public override async Task<ListItemsResponse> ListItems(ListItemsRequest request, ServerCallContext context)
    {
        var collection = await engine.GetAsync(CollectionKey.From(request.Name), context.CancellationToken);
        CheckRange(request.PageSize, 0, MaxPageSize, "page_size");
        var size = request.PageSize == 0 ? DefaultPageSize : request.PageSize;
        if (!long.TryParse(PageToken.Read(request.PageToken) is { Length: > 0 } place ? place : "0", NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            throw PageToken.Foreign();
        }

        var page = await collection.ScrollAsync(after, size, FilterReader.Read(request.Where), request.WithVectors, context.CancellationToken);
        return new ListItemsResponse
        {
            Items = { page.Items.Select(ToMessage) },
            NextPageToken = page.Ended ? "" : PageToken.After(page.Last.ToString(CultureInfo.InvariantCulture)),
        };
    }

    public override async Task<CountItemsResponse> CountItems(CountItemsRequest request, ServerCallContext context) => new()
    {
        Count = await (await engine.GetAsync(CollectionKey.From(request.Name), context.CancellationToken)).CountAsync(FilterReader.Read(request.Where), context.CancellationToken),
    };

    public override async Task FindDuplicates(FindDuplicatesRequest request, IServerStreamWriter<FindDuplicatesResponse> responseStream, ServerCallContext context)
    {
        var cancellation = context.CancellationToken;
        var collection = await engine.GetAsync(CollectionKey.From(request.Name), context.CancellationToken);
        var least = request.MinScore == 0 ? DefaultDuplicateScore : request.MinScore;
        if (least is not (>= 0.5f and <= 1))
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"min_score is {least}; it must be 0.5 to 1.") { Field = "min_score" };
        }

        var filter = FilterReader.Read(request.Where);
        foreach (var group in await admission.RunAsync(() => Duplicates.FindAsync(collection, least, filter, cancellation), cancellation))
        {
            await responseStream.WriteAsync(
                new FindDuplicatesResponse { Score = group.Score, Items = { group.Items.Select(item => ToMessage(item with { Vector = [] })) } }, cancellation);
        }
    }

    public override async Task<DeleteItemsResponse> DeleteItems(DeleteItemsRequest request, ServerCallContext context)
    {
        var collection = await engine.GetAsync(CollectionKey.From(request.Name), context.CancellationToken);
        CheckCount(request.Ids.Count, MaxDeletedIds, "ids");
        return new DeleteItemsResponse { DeletedCount = await collection.DeleteAsync(request.Ids, context.CancellationToken) };
    }

    public override async Task<FindUsedImagesResponse> FindUsedImages(FindUsedImagesRequest request, ServerCallContext context)
    {
        var tenant = CollectionKey.CheckTenant(request.Tenant, "tenant");
        CheckCount(request.ImageIds.Count, MaxDeletedIds, "image_ids");
        return new FindUsedImagesResponse { ImageIds = { await engine.FindUsedPicturesAsync(tenant, request.ImageIds, context.CancellationToken) } };
    }

    private static Collection ToMessage(CollectionSummary collection) => new()
    {
        Name = new CollectionName { Tenant = collection.Info.Key.Tenant, Collection = collection.Info.Key.Name },
        Dimensions = collection.Info.Dimensions,
        ItemCount = collection.ItemCount,
        CreateTime = Timestamp.FromDateTimeOffset(collection.Info.CreatedAt),
        Model = collection.Info.Model,
    };

    private static Item ToMessage(IndexedItem item) => new() { Id = item.Id, Vector = { item.Vector }, Payload = ToStruct(item.Payload) };

    private static Struct ToStruct(byte[]? payload) => payload is null ? new Struct() : Struct.Parser.ParseFrom(payload);

    private static void CheckCount(int count, int most, string field)
    {
        if (count > most)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The request names {count} of them, the limit is {most}.") { Field = field };
        }
    }

    private static void CheckRange(int value, int lowest, int highest, string field)
    {
        if (value < lowest || value > highest)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"{field} is {value}; it must be {lowest} to {highest}.") { Field = field };
        }
    }
}
