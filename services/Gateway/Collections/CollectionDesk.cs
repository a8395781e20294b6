using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Embeddings;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>A caller's collections of things to find, by vectors that come from the mesh's encoders or with the request.</summary>
internal sealed class CollectionDesk(WorkerPool workers, EmbeddingDesk embeddings, ModelDirectory models)
{
    private static readonly RouteRequest Route = new() { Capability = Capabilities.Retrieval };

    public async Task<ListCollectionsResponse> ListAsync(Caller caller, int? pageSize, string? pageToken, CancellationToken cancellationToken) =>
        await CallAsync((client, token) => client.ListCollectionsAsync(
            new ListCollectionsRequest { Tenant = caller.Tenant, PageSize = pageSize ?? 0, PageToken = pageToken ?? "" }, cancellationToken: token).ResponseAsync, cancellationToken);

    /// <summary>Makes a collection for a pack's embeddings, or for vectors of the caller's own if only dimensions are given.</summary>
    public async Task<Collection> CreateAsync(Caller caller, string name, CreateCollectionBody body, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        if (body.Dimensions is < 1 or > CollectionLimits.MaxDimensions)
        {
            throw CollectionLimits.Refuse("dimensions", $"dimensions is {body.Dimensions}, but must be 1..{CollectionLimits.MaxDimensions}.");
        }

        var request = new CreateCollectionRequest { Name = NameOf(caller, name), Dimensions = body.Dimensions ?? 0 };
        if (body.Dimensions is null || body.Model is { Length: > 0 })
        {
            var model = await models.GetForEmbeddingsAsync(body.Model is null or "default" ? "" : body.Model, cancellationToken);
            if (body.Dimensions is { } wanted && wanted != model.Dimensions)
            {
                throw new MeshException(ErrorReason.DimensionMismatch, $"dimensions is {wanted}, but the model '{model.Name}' makes {model.Dimensions}; leave one of the two out.")
                {
                    Field = "dimensions",
                };
            }

            (request.Dimensions, request.Model) = (model.Dimensions, model.FullName);
        }

        return (await CallAsync((client, token) => client.CreateCollectionAsync(request, cancellationToken: token).ResponseAsync, cancellationToken)).Collection;
    }

    public async Task DeleteAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        var request = new DeleteCollectionRequest { Name = NameOf(caller, name) };
        await CallAsync((client, token) => client.DeleteCollectionAsync(request, cancellationToken: token).ResponseAsync, cancellationToken);
    }

    /// <summary>Encodes what needs it in one batch and writes everything that is good in one stream; what is not good fails alone.</summary>
    /// <exception cref="MeshException">Nothing was good: the first item's failure. Else what concerns the whole request.</exception>
    public async Task<UpsertedJson> UpsertAsync(Caller caller, string name, IReadOnlyList<ItemBody> items, CancellationToken cancellationToken)
    {
        if (items.Count is 0 or > CollectionLimits.MaxItems)
        {
            throw CollectionLimits.Refuse("items", $"The request has {items.Count} items, but must have 1..{CollectionLimits.MaxItems}.");
        }

        var collection = await GetAsync(caller, name, cancellationToken);
        var prepared = new PreparedItem[items.Count];
        for (var i = 0; i < items.Count; i++)
        {
            prepared[i] = PreparedItem.From(items[i], i, collection);
        }

        var encodable = prepared.Where(item => item.Input is not null).ToList();
        if (encodable.Count > 0)
        {
            var batch = await EncodeAsync(caller, collection, [.. encodable.Select(item => item.Input!)], EmbeddingUrgency.Bulk, cancellationToken);
            foreach (var (item, result) in encodable.Zip(batch.Results))
            {
                item.Take(result);
            }
        }

        var good = prepared.Where(item => item.Error is null).ToList();
        if (good.Count == 0)
        {
            throw prepared[0].Error!;
        }

        await WriteAsync(collection.Name, good, cancellationToken);
        return new UpsertedJson(
            good.Count, [.. prepared.Where(item => item.Error is not null).Select(item => new ItemErrorJson(item.Index, item.Id, item.Error!.Reason.Code, item.Error.Message))]);
    }

    /// <summary>The nearest items, best first.</summary>
    public async Task<IReadOnlyList<SearchResponse>> SearchAsync(Caller caller, string name, SearchBody query, CancellationToken cancellationToken)
    {
        var limit = query.Limit ?? CollectionLimits.DefaultHits;
        if (limit is < 1 or > CollectionLimits.MaxHits)
        {
            throw CollectionLimits.Refuse("limit", $"limit is {limit}, but must be 1..{CollectionLimits.MaxHits}.");
        }

        var where = FilterJson.Read(query.Filter, "filter");
        var collection = await GetAsync(caller, name, cancellationToken);
        var request = SearchMapping.ToRequest(query, collection.Name, limit, where);
        await AddDirectionsAsync(caller, collection, query, request, cancellationToken);
        return await CallAsync(async (client, token) =>
        {
            var hits = new List<SearchResponse>();
            using var call = client.Search(request, cancellationToken: token);
            await foreach (var hit in call.ResponseStream.ReadAllAsync(token))
            {
                hits.Add(hit);
            }

            return hits;
        }, cancellationToken);
    }

    /// <summary>An item with its vector.</summary>
    public async Task<Item> GetItemAsync(Caller caller, string name, string id, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        var request = new GetItemsRequest { Name = NameOf(caller, name), Ids = { id } };
        var response = await CallAsync((client, token) => client.GetItemsAsync(request, cancellationToken: token).ResponseAsync, cancellationToken);
        return response.Items.FirstOrDefault() ?? throw new MeshException(ErrorReason.ItemNotFound, $"There is no item '{id}' in the collection '{name}'.");
    }

    public Task<ListItemsResponse> ListItemsAsync(Caller caller, string name, int? pageSize, string? pageToken, string? filter, bool? vectors, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        var request = new ListItemsRequest
        {
            Name = NameOf(caller, name),
            PageSize = pageSize ?? 0,
            PageToken = pageToken ?? "",
            Where = FilterJson.Parse(filter, "filter"),
            WithVectors = vectors == true,
        };
        return CallAsync((client, token) => client.ListItemsAsync(request, cancellationToken: token).ResponseAsync, cancellationToken);
    }

    public async Task<long> CountAsync(Caller caller, string name, CountBody body, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        var request = new CountItemsRequest { Name = NameOf(caller, name), Where = FilterJson.Read(body.Filter, "filter") };
        return (await CallAsync((client, token) => client.CountItemsAsync(request, cancellationToken: token).ResponseAsync, cancellationToken)).Count;
    }

    public Task<List<FindDuplicatesResponse>> FindDuplicatesAsync(Caller caller, string name, DuplicatesBody body, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        if (body.MinScore is not (null or (>= 0.5f and <= 1)))
        {
            throw CollectionLimits.Refuse("minScore", $"minScore is {body.MinScore}, but must be 0.5..1.");
        }

        var request = new FindDuplicatesRequest { Name = NameOf(caller, name), MinScore = body.MinScore ?? 0, Where = FilterJson.Read(body.Filter, "filter") };
        return CallAsync(async (client, token) =>
        {
            var groups = new List<FindDuplicatesResponse>();
            using var call = client.FindDuplicates(request, cancellationToken: token);
            await foreach (var group in call.ResponseStream.ReadAllAsync(token))
            {
                groups.Add(group);
            }

            return groups;
        }, cancellationToken);
    }

    public async Task DeleteItemAsync(Caller caller, string name, string id, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        var request = new DeleteItemsRequest { Name = NameOf(caller, name), Ids = { id } };
        await CallAsync((client, token) => client.DeleteItemsAsync(request, cancellationToken: token).ResponseAsync, cancellationToken);
    }

    private async Task<Collection> GetAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        CollectionLimits.CheckName(name, "name");
        var pageToken = "";
        do
        {
            var page = await ListAsync(caller, 1000, pageToken, cancellationToken);
            if (page.Collections.FirstOrDefault(collection => collection.Name.Collection == name) is { } found)
            {
                return found;
            }

            pageToken = page.NextPageToken;
        }
        while (pageToken.Length > 0);
        throw new MeshException(ErrorReason.CollectionNotFound, $"There is no collection '{name}'; make it with PUT /api/collections/{name}.");
    }

    public Task<Collection> DescribeAsync(Caller caller, string name, CancellationToken cancellationToken) => GetAsync(caller, name, cancellationToken);

    // What has to be encoded goes in one batch; a single vector stays where callers before this version put it.
    private async Task AddDirectionsAsync(Caller caller, Collection collection, SearchBody query, SearchRequest request, CancellationToken cancellationToken)
    {
        var parts = SearchMapping.Parts(query);
        var inputs = parts.Select(part => part.Input).OfType<EmbeddingInput>().ToList();
        var results = inputs.Count == 0 ? [] : (await EncodeAsync(caller, collection, inputs, EmbeddingUrgency.Interactive, cancellationToken)).Results;
        var encoded = 0;
        foreach (var (input, vector, weight, field) in parts)
        {
            var direction = vector;
            if (input is not null)
            {
                var result = results[encoded++];
                direction = result.Vector ?? throw result.Error!;
            }
            else
            {
                CollectionLimits.CheckVector(vector!, collection.Dimensions, collection.Name.Collection, field);
            }

            if (parts.Count == 1 && weight == 1)
            {
                request.Vector.Add(direction);
            }
            else
            {
                request.Vectors.Add(new WeightedVector { Vector = { direction }, Weight = weight });
            }
        }
    }

    private async Task<EmbeddingBatch> EncodeAsync(
        Caller caller, Collection collection, List<EmbeddingInput> inputs, EmbeddingUrgency urgency, CancellationToken cancellationToken)
    {
        if (collection.Model.Length == 0)
        {
            throw CollectionLimits.Refuse(
                inputs[0].Field, $"The collection '{collection.Name.Collection}' was made for vectors of your own; send vectors, or make one for a model.");
        }

        var batch = await embeddings.EncodeAsync(caller, collection.Model.Split('@')[0], inputs, urgency, cancellationToken);
        return batch.Model == collection.Model
            ? batch
            : throw new MeshException(
                ErrorReason.CapabilityMissing,
                $"The collection '{collection.Name.Collection}' holds embeddings of '{collection.Model}', the mesh now has '{batch.Model}', and the two cannot be compared. Make a new collection and index again.");
    }

    private Task<UpsertItemsResponse> WriteAsync(CollectionName name, List<PreparedItem> items, CancellationToken cancellationToken) =>
        CallAsync(async (client, token) =>
        {
            using var call = client.UpsertItems(cancellationToken: token);
            try
            {
                await call.RequestStream.WriteAsync(new UpsertItemsRequest { Name = name }, token);
                foreach (var item in items)
                {
                    await call.RequestStream.WriteAsync(new UpsertItemsRequest { Item = item.ToItem() }, token);
                }

                await call.RequestStream.CompleteAsync();
            }
            catch (Exception error) when (error is RpcException or InvalidOperationException)
            {
                // The service ended the call early; the response below has the reason.
            }

            return await call.ResponseAsync;
        }, cancellationToken);

    private Task<T> CallAsync<T>(Func<RetrievalService.RetrievalServiceClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        workers.CallAsync(Route, (_, channel, token) => call(new RetrievalService.RetrievalServiceClient(channel), token), cancellationToken);

    private static CollectionName NameOf(Caller caller, string name) => new() { Tenant = caller.Tenant, Collection = name };
}
