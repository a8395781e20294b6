using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Shards;
using MultiModalMesh.Retrieval.Tests.Engine;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Tests;
using static MultiModalMesh.Retrieval.Tests.RetrievalClient;

namespace MultiModalMesh.Retrieval.Tests.Shards;

/// <summary>Whatever is asked of three shards, the answer is, to the last bit and in the same order, that of one service that holds everything.</summary>
public sealed class SameAnswersTests : IAsyncLifetime
{
    private const int Dimensions = 19;
    private RoleProcess _one = null!;
    private ShardHosts _shards = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _one = await RoleProcess.StartAsync(builder => builder.AddRetrieval(), app => app.MapRetrieval());
        _shards = await ShardHosts.StartAsync(3);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _shards.DisposeAsync();
    }

    [Theory]
    [InlineData(1, 400)]
    [InlineData(2, 9000)] // codes first on one service, every vector on the shards
    public async Task Every_form_of_search_finds_the_same(int seed, int items)
    {
        var random = new Random(seed);
        await FillAsync(random, items);
        for (var i = 0; i < 60; i++)
        {
            var request = Request(random, items, i);
            var expected = await SearchAsync(_one, request);
            var found = await SearchAsync(_shards[random.Next(3)], request);
            Assert.True(expected.SequenceEqual(found), $"Search {i} of seed {seed}: {request}\nexpected {Text(expected)}\nfound    {Text(found)}");
        }
    }

    [Fact]
    public async Task Lists_counts_items_duplicates_and_used_pictures_are_the_same()
    {
        var random = new Random(3);
        await FillAsync(random, 700);
        foreach (var where in new[] { null, FilterMessages.Write(TestItems.Filter(random)), new Filter { Exists = "colour" } })
        {
            await SameAsync(role => Client(role).CountItemsAsync(new CountItemsRequest { Name = Things, Where = where }, cancellationToken: Cancellation).ResponseAsync);
            foreach (var (size, vectors) in new[] { (1000, true), (333, false), (20, true) })
            {
                var (expected, found) = (await PagesAsync(_one, size, vectors, where), await PagesAsync(_shards[1], size, vectors, where));
                Assert.Equal(expected.Select(page => page.Count), found.Select(page => page.Count));
                Assert.Equal(expected.SelectMany(page => page), found.SelectMany(page => page));
            }

            var duplicates = new FindDuplicatesRequest { Name = Things, MinScore = 0.8f, Where = where };
            var groups = await Client(_one).FindDuplicates(duplicates, cancellationToken: Cancellation).ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
            Assert.Equal(groups, await Client(_shards[2]).FindDuplicates(duplicates, cancellationToken: Cancellation).ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation));
            Assert.NotEmpty(groups);
        }

        await SameAsync(role => Client(role).GetItemsAsync(new GetItemsRequest { Name = Things, Ids = { "7", "never", "3", "699", "7" } }, cancellationToken: Cancellation).ResponseAsync);
        await SameAsync(role => Client(role).DeleteItemsAsync(new DeleteItemsRequest { Name = Things, Ids = { "7", "never", "3", "3" } }, cancellationToken: Cancellation).ResponseAsync);
        await SameAsync(role => Client(role).FindUsedImagesAsync(new FindUsedImagesRequest { Tenant = "default", ImageIds = { "img_none", "cup", "9" } }, cancellationToken: Cancellation).ResponseAsync);
        await SameAsync(async role => Assert.Single((await Client(role).ListCollectionsAsync(new ListCollectionsRequest { Tenant = "default" }, cancellationToken: Cancellation)).Collections).ItemCount);
    }

    [Fact]
    public async Task Items_lie_where_the_format_says_and_each_shard_has_about_its_share()
    {
        // Stored data depend on these: they never change.
        var key = new CollectionKey("default", "things");
        Assert.Equal("1 1 0 2 1 0 1 0", string.Join(' ', Enumerable.Range(0, 8).Select(i => ShardPlacement.Of(key, $"item-{i}", 3))));

        // One shard more takes items from the others, and nothing else moves.
        Assert.All(Enumerable.Range(0, 100), i => Assert.Contains(ShardPlacement.Of(key, $"{i}", 4), (int[])[ShardPlacement.Of(key, $"{i}", 3), 3]));

        await FillAsync(new Random(4), 3000);
        long[] counts = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(async shard => (await new RemoteEngine(new RemoteShard(_shards, shard, 3)).ListAsync("default", Cancellation))[0].ItemCount))];
        Assert.All(counts, count => Assert.InRange(count, counts.Sum() * 0.28, counts.Sum() * 0.39));
    }

    private static SearchRequest Request(Random random, int items, int form)
    {
        var request = new SearchRequest { Limit = 1 + random.Next(30) };
        var direction = form % 10 is not (2 or 3);
        if (direction)
        {
            request.Vector.Add(TestItems.Vector(random, Dimensions));
        }

        if (form % 10 == 1)
        {
            request.Vectors.Add(new WeightedVector { Vector = { TestItems.Vector(random, Dimensions) }, Weight = -0.4f });
        }

        if (form % 10 is 2 or 4)
        {
            request.PositiveIds.Add($"{random.Next(20)}");
            request.NegativeIds.Add($"{20 + random.Next(20)}");
        }

        if (form % 10 is 3 or 5 or 6 or 7)
        {
            request.Text = new TextMatch { Text = "red dog moon dog", Weight = 1 + random.Next(2) };
            request.Text.Fields.Add(random.Next(2) == 0 ? [] : ["title"]);
        }

        if (form % 10 is 6 or 8)
        {
            request.MmrLambda = random.NextSingle();
        }

        if (form % 10 is 7 or 9)
        {
            request.GroupBy = new GroupBy { Field = random.Next(2) == 0 ? "colour" : "n", Size = 1 + random.Next(4) };
        }

        if (random.Next(4) == 0)
        {
            request.MinScore = (random.NextSingle() / 2) - 0.1f;
        }

        request.Where = random.Next(2) == 0 ? null : FilterMessages.Write(TestItems.Filter(random));
        request.Filter = random.Next(4) == 0 ? Struct(("n", Value.ForNumber(random.Next(10)))) : null;
        Assert.True(items > 40, "The examples have ids below 40.");
        return request;
    }

    // Few different vectors and titles, so that many items score the same and only the order of writing tells them apart; some are replaced and deleted.
    private async Task FillAsync(Random random, int items)
    {
        float[][] vectors = [.. Enumerable.Range(0, items / 5).Select(_ => TestItems.Vector(random, Dimensions))];
        var written = Enumerable.Range(0, items).Concat(Enumerable.Range(0, items / 4).Select(_ => random.Next(items))).Select(i =>
        {
            var item = TestItems.Item(random, $"{i}", Dimensions);
            return new Item { Id = item.Id, Vector = { vectors[random.Next(vectors.Length)] }, Payload = item.Payload is { } payload ? Google.Protobuf.WellKnownTypes.Struct.Parser.ParseFrom(payload) : null };
        }).ToList();
        string[] deleted = [.. Enumerable.Range(0, items / 10).Select(_ => $"{40 + random.Next(items - 40)}")];
        foreach (var (role, other) in new[] { (_one, _one), (_shards[0], _shards[2]) })
        {
            await new RetrievalClient(role.Channel).CreateAsync(Dimensions);
            await new RetrievalClient(other.Channel).UpsertAsync(written);
            await Client(role).DeleteItemsAsync(new DeleteItemsRequest { Name = Things, Ids = { deleted } }, cancellationToken: Cancellation);
        }
    }

    private async Task SameAsync<T>(Func<RoleProcess, Task<T>> ask) => Assert.Equal(await ask(_one), await ask(_shards[0]));

    private static async Task<List<SearchResponse>> SearchAsync(RoleProcess role, SearchRequest request)
    {
        request.Name = Things;
        using var call = Client(role).Search(request, cancellationToken: Cancellation);
        return await call.ResponseStream.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
    }

    private static async Task<List<List<Item>>> PagesAsync(RoleProcess role, int size, bool vectors, Filter? where)
    {
        List<List<Item>> pages = [];
        var request = new ListItemsRequest { Name = Things, PageSize = size, WithVectors = vectors, Where = where };
        do
        {
            var page = await Client(role).ListItemsAsync(request, cancellationToken: Cancellation);
            pages.Add([.. page.Items]);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return pages;
    }

    private static RetrievalService.RetrievalServiceClient Client(RoleProcess role) => new RetrievalClient(role.Channel).Raw;

    private static string Text(IEnumerable<SearchResponse> hits) => string.Join(", ", hits.Select(hit => $"{hit.Id}:{hit.Score:R}"));
}
