using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using static MultiModalMesh.Retrieval.Tests.RetrievalClient;

namespace MultiModalMesh.Retrieval.Tests;

public sealed class RetrievalServiceTests : IAsyncLifetime
{
    private RoleProcess _role = null!;
    private RetrievalClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _role = await RoleProcess.StartAsync(builder => builder.AddRetrieval(), app => app.MapRetrieval());
        _client = new RetrievalClient(_role.Channel);
    }

    public ValueTask DisposeAsync() => _role.DisposeAsync();

    [Fact]
    public async Task A_search_finds_what_was_acknowledged_best_first_with_its_payload()
    {
        await _client.CreateAsync(2);
        await _client.UpsertAsync(
            Item("east", [2, 0], ("colour", Value.ForString("red"))),
            Item("north", [0, 3]),
            Item("north-east", [1, 1]));

        var hits = await _client.SearchAsync([10, 1], limit: 2);

        Assert.Equal(["east", "north-east"], hits.Select(hit => hit.Id));
        Assert.Equal(10 / Math.Sqrt(101), hits[0].Score, 1e-6);
        Assert.Equal("red", hits[0].Payload.Fields["colour"].StringValue);
    }

    [Fact]
    public async Task An_item_with_a_known_id_replaces_it()
    {
        await _client.CreateAsync(2);
        await _client.UpsertAsync(Item("a", [1, 0], ("v", Value.ForNumber(1))));
        await _client.UpsertAsync(Item("a", [0, 1], ("v", Value.ForNumber(2))), Item("a", [-1, 0], ("v", Value.ForNumber(3))));

        var hit = Assert.Single(await _client.SearchAsync([1, 0]));

        Assert.Equal(-1, hit.Score, 1e-6);
        Assert.Equal(3, hit.Payload.Fields["v"].NumberValue);
        Assert.Equal(1, (await _client.CreateAsync(2)).ItemCount);
    }

    [Fact]
    public async Task A_filter_passes_items_whose_fields_are_equal()
    {
        await _client.CreateAsync(2);
        await _client.UpsertAsync(
            Item("red-1", [1, 0], ("colour", Value.ForString("red")), ("count", Value.ForNumber(1))),
            Item("red-2", [1, 0], ("colour", Value.ForString("red")), ("count", Value.ForNumber(2))),
            Item("blue-1", [1, 0], ("colour", Value.ForString("blue")), ("count", Value.ForNumber(1))),
            Item("text-1", [1, 0], ("count", Value.ForString("1"))),
            Item("bare", [1, 0]));

        Assert.Equal(["red-1"], Ids(await Filtered(("colour", Value.ForString("red")), ("count", Value.ForNumber(1)))));
        Assert.Equal(["blue-1", "red-1"], Ids(await Filtered(("count", Value.ForNumber(1)))));
        Assert.Empty(await Filtered(("colour", Value.ForString("green"))));

        // What is written after the first use of a field is found too, what is replaced no longer.
        await _client.UpsertAsync(Item("green", [1, 0], ("colour", Value.ForString("green"))), Item("red-1", [1, 0], ("colour", Value.ForString("green"))));
        Assert.Equal(["green", "red-1"], Ids(await Filtered(("colour", Value.ForString("green")))));
        Assert.Equal(["red-2"], Ids(await Filtered(("colour", Value.ForString("red")))));

        Task<List<SearchResponse>> Filtered(params ReadOnlySpan<(string, Value)> fields) => _client.SearchAsync([1, 0], filter: Struct(fields));
        static IEnumerable<string> Ids(List<SearchResponse> hits) => hits.Select(hit => hit.Id).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Deleted_items_are_not_found_and_unknown_ids_are_no_error()
    {
        await _client.CreateAsync(2);
        await _client.UpsertAsync(Item("a", [1, 0]), Item("b", [1, 0]));

        var deleted = await _client.Raw.DeleteItemsAsync(new DeleteItemsRequest { Name = Things, Ids = { "a", "a", "never" } }, cancellationToken: Cancellation);

        Assert.Equal(1, deleted.DeletedCount);
        Assert.Equal("b", Assert.Single(await _client.SearchAsync([1, 0])).Id);
    }

    [Fact]
    public async Task Pictures_that_items_name_are_found_until_the_last_of_these_items_is_gone()
    {
        var (asId, asValue, within, unused) = (Picture('a'), Picture('b'), Picture('c'), Picture('d'));
        await _client.CreateAsync(2);
        await _client.UpsertAsync(
            Item(asId, [1, 0]),
            Item("b", [1, 0], ("image", Value.ForString(asValue))),
            Item("c", [1, 0], ("pages", Value.ForList(Value.ForString("1"), Value.ForString($"/api/images/{within}")))));

        Assert.Equal([within, asId, asValue], await UsedAsync("default"));
        Assert.Empty(await UsedAsync("another"));

        await _client.UpsertAsync(Item("c", [1, 0]));
        await _client.Raw.DeleteItemsAsync(new DeleteItemsRequest { Name = Things, Ids = { asId, "b" } }, cancellationToken: Cancellation);
        Assert.Empty(await UsedAsync("default"));

        static string Picture(char digit) => $"img_{new string(digit, 64)}";

        async Task<IEnumerable<string>> UsedAsync(string tenant) => (await _client.Raw.FindUsedImagesAsync(
            new FindUsedImagesRequest { Tenant = tenant, ImageIds = { within, unused, asId, asValue } }, cancellationToken: Cancellation)).ImageIds;
    }

    [Fact]
    public async Task A_collection_of_one_tenant_is_not_seen_by_another()
    {
        await _client.CreateAsync(2);

        var error = await RefusalAsync(() => _client.SearchAsync([1, 0], name: new CollectionName { Tenant = "other", Collection = "things" }));

        Assert.Equal(ErrorReason.CollectionNotFound, error.Reason);
    }

    [Fact]
    public async Task Creating_the_same_again_is_no_error_and_another_of_its_name_is()
    {
        var first = await _client.CreateAsync(2, model: "picto@1");

        Assert.Equal(first, await _client.CreateAsync(2, model: "picto@1"));
        Assert.Equal(ErrorReason.CollectionExists, (await RefusalAsync(() => _client.CreateAsync(3, model: "picto@1"))).Reason);
        Assert.Equal(ErrorReason.CollectionExists, (await RefusalAsync(() => _client.CreateAsync(2, model: "other@1"))).Reason);
    }

    [Fact]
    public async Task A_deleted_collection_begins_empty_when_created_again()
    {
        await _client.CreateAsync(2);
        await _client.UpsertAsync(Item("a", [1, 0]));
        await _client.Raw.DeleteCollectionAsync(new DeleteCollectionRequest { Name = Things }, cancellationToken: Cancellation);
        await _client.Raw.DeleteCollectionAsync(new DeleteCollectionRequest { Name = Things }, cancellationToken: Cancellation);

        await _client.CreateAsync(3);

        Assert.Empty(await _client.SearchAsync([1, 0, 0]));
    }

    [Fact]
    public async Task A_list_of_collections_comes_in_pages()
    {
        foreach (var name in new[] { "c", "a", "b", "d", "e" })
        {
            await _client.CreateAsync(2, new CollectionName { Tenant = "default", Collection = name });
        }

        List<string> names = [];
        var request = new ListCollectionsRequest { Tenant = "default", PageSize = 2 };
        List<int> pages = [];
        do
        {
            var page = await _client.Raw.ListCollectionsAsync(request, cancellationToken: Cancellation);
            pages.Add(page.Collections.Count);
            names.AddRange(page.Collections.Select(collection => collection.Name.Collection));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["a", "b", "c", "d", "e"], names);
        Assert.Equal([2, 2, 1], pages);
    }

    [Theory]
    [InlineData("zero", "items[1].vector", "INVALID_REQUEST")]
    [InlineData("nan", "items[1].vector", "INVALID_REQUEST")]
    [InlineData("infinite", "items[1].vector", "INVALID_REQUEST")]
    [InlineData("short", "items[1].vector", "DIMENSION_MISMATCH")]
    [InlineData("nameless", "items[1].id", "INVALID_REQUEST")]
    [InlineData("long id", "items[1].id", "INVALID_REQUEST")]
    [InlineData("large payload", "items[1].payload", "INVALID_REQUEST")]
    [InlineData("payload of NaN", "items[1].payload.n", "INVALID_REQUEST")]
    public async Task A_wrong_item_is_named_by_its_place(string fault, string field, string reason)
    {
        await _client.CreateAsync(2);
        var item = fault switch
        {
            "zero" => Item("b", [0, 0]),
            "nan" => Item("b", [float.NaN, 0]),
            "infinite" => Item("b", [float.PositiveInfinity, 0]),
            "short" => Item("b", [1]),
            "nameless" => Item("", [1, 0]),
            "long id" => Item(new string('x', 257), [1, 0]),
            "large payload" => Item("b", [1, 0], ("text", Value.ForString(new string('x', 64 * 1024)))),
            _ => Item("b", [1, 0], ("n", Value.ForNumber(double.NaN))),
        };

        var error = await RefusalAsync(() => _client.UpsertAsync(Item("a", [1, 0]), item));

        Assert.Equal((field, reason), (error.Field, error.Reason.Code));
    }

    [Fact]
    public async Task A_vector_of_extreme_numbers_is_normalised_without_overflow()
    {
        await _client.CreateAsync(2);
        await _client.UpsertAsync(Item("large", [3e38f, 3e38f]), Item("small", [1e-30f, 0]));

        var hits = await _client.SearchAsync([1, 1]);

        Assert.Equal(["large", "small"], hits.Select(hit => hit.Id));
        Assert.Equal(1, hits[0].Score, 1e-6);
        Assert.Equal(Math.Sqrt(0.5), hits[1].Score, 1e-6);
    }

    [Fact]
    public async Task A_query_of_other_dimensions_is_told_both_numbers()
    {
        await _client.CreateAsync(2);

        var error = await RefusalAsync(() => _client.SearchAsync([1, 0, 0]));

        Assert.Equal((ErrorReason.DimensionMismatch, "vector"), (error.Reason, error.Field));
        Assert.Equal(("2", "3"), (error.Metadata["dimensions"], error.Metadata["received"]));
    }

    [Theory]
    [InlineData("default", "Things", "name.collection")]
    [InlineData("default", "", "name.collection")]
    [InlineData("de/fault", "things", "name.tenant")]
    public async Task A_name_that_is_none_is_refused(string tenant, string collection, string field)
    {
        var error = await RefusalAsync(() => _client.CreateAsync(2, new CollectionName { Tenant = tenant, Collection = collection }));

        Assert.Equal((ErrorReason.InvalidRequest, field), (error.Reason, error.Field));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public async Task A_limit_out_of_range_is_refused(int limit)
    {
        await _client.CreateAsync(2);

        Assert.Equal("limit", (await RefusalAsync(() => _client.SearchAsync([1, 0], limit))).Field);
    }

    [Fact]
    public async Task A_page_token_of_another_make_is_refused()
    {
        var error = await RefusalAsync(async () => await _client.Raw.ListCollectionsAsync(new ListCollectionsRequest { Tenant = "default", PageToken = "bm9uZQ" }, cancellationToken: Cancellation));

        Assert.Equal((ErrorReason.InvalidRequest, "page_token"), (error.Reason, error.Field));
    }

    private static async Task<MeshException> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).ToMeshException();
}
