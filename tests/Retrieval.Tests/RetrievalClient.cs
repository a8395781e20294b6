using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Tests;

/// <summary>The service as its callers see it, in short words.</summary>
internal sealed class RetrievalClient(GrpcChannel channel)
{
    public static readonly CollectionName Things = new() { Tenant = "default", Collection = "things" };

    public RetrievalService.RetrievalServiceClient Raw { get; } = new(channel);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<Collection> CreateAsync(int dimensions, CollectionName? name = null, string model = "") =>
        (await Raw.CreateCollectionAsync(new CreateCollectionRequest { Name = name ?? Things, Dimensions = dimensions, Model = model }, cancellationToken: Cancellation)).Collection;

    public async Task<long> UpsertAsync(params IEnumerable<Item> items)
    {
        using var call = Raw.UpsertItems(cancellationToken: Cancellation);
        try
        {
            await call.RequestStream.WriteAsync(new UpsertItemsRequest { Name = Things }, Cancellation);
            foreach (var item in items)
            {
                await call.RequestStream.WriteAsync(new UpsertItemsRequest { Item = item }, Cancellation);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The service refused while this wrote; its answer says why.
        }

        return (await call).UpsertedCount;
    }

    public async Task<List<SearchResponse>> SearchAsync(float[] vector, int limit = 0, Struct? filter = null, CollectionName? name = null)
    {
        using var call = Raw.Search(new SearchRequest { Name = name ?? Things, Vector = { vector }, Limit = limit, Filter = filter }, cancellationToken: Cancellation);
        List<SearchResponse> hits = [];
        while (await call.ResponseStream.MoveNext(Cancellation))
        {
            hits.Add(call.ResponseStream.Current);
        }

        return hits;
    }

    public static Item Item(string id, float[] vector, params ReadOnlySpan<(string Field, Value Value)> payload) => new() { Id = id, Vector = { vector }, Payload = Struct(payload) };

    public static Struct Struct(params ReadOnlySpan<(string Field, Value Value)> fields)
    {
        var result = new Struct();
        foreach (var (field, value) in fields)
        {
            result.Fields[field] = value;
        }

        return result;
    }
}
