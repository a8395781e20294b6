using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using static MultiModalMesh.Retrieval.Tests.RetrievalClient;

namespace MultiModalMesh.Retrieval.Tests.Search;

/// <summary>What a search is composed of, through the service.</summary>
public sealed class SearchTests : IAsyncLifetime
{
    private RoleProcess _role = null!;
    private RetrievalClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _role = await RoleProcess.StartAsync(builder => builder.AddRetrieval(), app => app.MapRetrieval());
        _client = new RetrievalClient(_role.Channel);
        await _client.CreateAsync(3);
        await _client.UpsertAsync(
            Item("cup", [1, 0, 0], ("title", Value.ForString("a blue cup")), ("kind", Value.ForString("cup"))),
            Item("cup again", [1, 0.01f, 0], ("title", Value.ForString("a blue cup")), ("kind", Value.ForString("cup"))),
            Item("red cup", [0.8f, 0.6f, 0], ("title", Value.ForString("a red cup")), ("kind", Value.ForString("cup"))),
            Item("red car", [0, 1, 0], ("title", Value.ForString("a red, red car")), ("kind", Value.ForString("car"))),
            Item("moon", [0.5f, 0, 0.9f], ("title", Value.ForString("the moon"))));
    }

    public ValueTask DisposeAsync() => _role.DisposeAsync();

    [Fact]
    public async Task Several_directions_find_what_is_like_all_of_them() => Assert.Equal(
        ["red cup"],
        await IdsAsync(new SearchRequest { Limit = 1, Vectors = { new WeightedVector { Vector = { 1, 0, 0 } }, new WeightedVector { Vector = { 0, 1, 0 }, Weight = 0.7f } } }));

    [Fact]
    public async Task Examples_attract_and_repel_and_are_not_found_themselves() => Assert.Equal(
        ["cup again", "moon"],
        await IdsAsync(new SearchRequest { Limit = 2, PositiveIds = { "cup" }, NegativeIds = { "red car", "red cup" } }));

    [Fact]
    public async Task Words_alone_rank_by_words_and_with_a_direction_both_count()
    {
        Assert.Equal(["red car", "red cup"], await IdsAsync(new SearchRequest { Text = new TextMatch { Text = "Red!" } }));
        Assert.Equal("red cup", (await IdsAsync(new SearchRequest { Vector = { 1, 0, 0 }, Text = new TextMatch { Text = "red cup", Fields = { "title" }, Weight = 3 } }))[0]);
    }

    [Fact]
    public async Task Variety_leaves_out_what_is_nearly_the_same() => Assert.Equal(
        ["cup", "moon"],
        await IdsAsync(new SearchRequest { Vector = { 1, 0, 0.2f }, Limit = 2, MmrLambda = 0.5f, Where = new Filter { Not = new Filter { In = new FieldIn { Field = "title", Values = { Value.ForString("a red cup") } } } } }));

    [Fact]
    public async Task Only_what_is_like_enough_is_found() => Assert.Equal(["cup", "cup again", "red cup"], await IdsAsync(new SearchRequest { Vector = { 1, 0, 0 }, MinScore = 0.7f }));

    [Fact]
    public async Task Groups_give_the_best_of_each_value() => Assert.Equal(
        ["cup", "cup again", "red car"],
        await IdsAsync(new SearchRequest { Vector = { 1, 0, 0 }, GroupBy = new GroupBy { Field = "kind", Size = 2 } }));

    [Fact]
    public async Task Near_identical_items_come_in_one_group()
    {
        using var call = _client.Raw.FindDuplicates(new FindDuplicatesRequest { Name = Things }, cancellationToken: Cancellation);
        var groups = await call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Equal(["cup", "cup again"], Assert.Single(groups).Items.Select(item => item.Id));
    }

    [Fact]
    public async Task Items_are_listed_in_pages_counted_and_read()
    {
        var first = await _client.Raw.ListItemsAsync(new ListItemsRequest { Name = Things, PageSize = 3, WithVectors = true }, cancellationToken: Cancellation);
        var second = await _client.Raw.ListItemsAsync(new ListItemsRequest { Name = Things, PageSize = 3, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        var count = await _client.Raw.CountItemsAsync(new CountItemsRequest { Name = Things, Where = new Filter { Exists = "kind" } }, cancellationToken: Cancellation);
        var read = await _client.Raw.GetItemsAsync(new GetItemsRequest { Name = Things, Ids = { "moon", "never" } }, cancellationToken: Cancellation);

        Assert.Equal(["cup", "cup again", "red cup", "red car", "moon"], first.Items.Concat(second.Items).Select(item => item.Id));
        Assert.Equal((3, 0, ""), (first.Items[0].Vector.Count, second.Items[0].Vector.Count, second.NextPageToken));
        Assert.Equal(4, count.Count);
        Assert.Equal("moon", Assert.Single(read.Items).Id);
    }

    [Theory]
    [InlineData("where.in.values")]
    [InlineData("where.range")]
    [InlineData("positive_ids")]
    [InlineData("mmr_lambda")]
    public async Task What_cannot_be_asked_is_refused_with_its_field(string field)
    {
        var request = new SearchRequest { Name = Things, Vector = { 1, 0, 0 } };
        switch (field)
        {
            case "where.in.values":
                request.Where = new Filter { In = new FieldIn { Field = "a" } };
                break;
            case "where.range":
                request.Where = new Filter { Range = new FieldRange { Field = "a" } };
                break;
            case "positive_ids":
                request.PositiveIds.Add("never");
                break;
            default:
                request.MmrLambda = 2;
                break;
        }

        var error = (await Assert.ThrowsAsync<RpcException>(() => IdsAsync(request))).ToMeshException();

        Assert.Equal((ErrorReason.InvalidRequest, field), (error.Reason, error.Field));
    }

    private async Task<List<string>> IdsAsync(SearchRequest request)
    {
        request.Name = Things;
        using var call = _client.Raw.Search(request, cancellationToken: Cancellation);
        return await call.ResponseStream.ReadAllAsync(Cancellation).Select(hit => hit.Id).ToListAsync(Cancellation);
    }
}
