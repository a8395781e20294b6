using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.PostgreSql;
using MultiModalMesh.Retrieval.Tests.Engine;
using MultiModalMesh.TestServers;
using Npgsql;

namespace MultiModalMesh.Retrieval.Tests.PostgreSql;

/// <summary>PostgreSQL with pgvector promises what every engine promises, and some things of its own.</summary>
public sealed class PostgreSqlEngineTests : CollectionEngineContract, IAsyncLifetime
{
    private readonly RetrievalOptions _options = new();
    private VectorDatabase? _database;
    private PostgreSqlDatabase? _tables;
    private PostgreSqlEngine? _engine;

    private protected override ICollectionEngine Engine => _engine!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(VectorDatabase.Missing is not null, VectorDatabase.Missing ?? "");
        _database = await VectorDatabase.CreateAsync();
        _options.PostgreSql = new PostgreSqlOptions { ConnectionString = _database.ConnectionString, IndexFrom = 2000 };
        (_tables, _engine) = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_tables is not null)
        {
            await _tables.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_index_finds_nearly_all_of_the_nearest_and_conditions_are_kept_exactly()
    {
        const int items = 6000, dimensions = 32, queries = 50, limit = 10;
        var random = new Random(8);
        var collection = await Engine.CreateAsync(Key, dimensions, "", Cancellation);
        var reference = await new ReferenceEngine().CreateAsync(Key, dimensions, "", Cancellation);
        foreach (var batch in Enumerable.Range(0, items).Select(i => TestItems.Item(random, $"{i}", dimensions)).Chunk(1000))
        {
            await collection.UpsertAsync(batch, Cancellation);
            await reference.UpsertAsync(batch, Cancellation);
        }

        await _engine!.MakeIndexesAsync(Cancellation);
        Assert.Contains("_nearest", await ExplainAsync(dimensions), StringComparison.Ordinal);
        var found = 0;
        for (var i = 0; i < queries; i++)
        {
            var query = new NearestQuery(TestItems.Vector(random, dimensions), limit);
            found += (await collection.FindNearestAsync(query, Cancellation)).Select(hit => hit.Id).Intersect((await reference.FindNearestAsync(query, Cancellation)).Select(hit => hit.Id)).Count();

            // What few items pass is not searched by the index; what many pass is, and gives as many as are asked for.
            var rare = query with { Filter = new ItemFilter.And([new ItemFilter.In("colour", [Value.ForString("red")]), new ItemFilter.Range("size.w", 0, true, 0.2, false)]) };
            Assert.Equal((await reference.FindNearestAsync(rare, Cancellation)).Select(hit => hit.Id), (await collection.FindNearestAsync(rare, Cancellation)).Select(hit => hit.Id));
            var common = query with { Filter = new ItemFilter.Range("size.w", 0.4, true, 1, true) };
            var passing = await collection.FindNearestAsync(common, Cancellation);
            Assert.Equal(limit, passing.Count);
            Assert.All(passing, hit => Assert.True(TestItems.Passes(new IndexedItem(hit.Id, [], hit.Payload), common.Filter)));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"recall@{limit} {found / (double)(queries * limit):0.000}");
        Assert.InRange(found / (double)(queries * limit), 0.95, 1);
    }

    [Fact]
    public async Task Writing_goes_on_while_the_index_is_made_or_the_server_cleans_up()
    {
        var collection = await Engine.CreateAsync(Key, 4, "", Cancellation);
        await using var source = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);

        // What both of them hold all the time.
        await using var hold = new NpgsqlCommand("LOCK TABLE mesh_items_1 IN SHARE UPDATE EXCLUSIVE MODE", connection, transaction);
        await hold.ExecuteNonQueryAsync(Cancellation);
        await collection.UpsertAsync([TestItems.Item(new Random(3), "a", 4)], Cancellation);
        Assert.Equal(1, await collection.CountAsync(null, Cancellation));
    }

    [Fact]
    public async Task What_one_service_wrote_another_one_finds_at_once()
    {
        var (tables, other) = await OpenAsync();
        await using var closing = tables;
        var here = await Engine.CreateAsync(Key, 4, "", Cancellation);
        var there = await other.GetAsync(Key, Cancellation);
        var item = TestItems.Item(new Random(1), "a", 4);
        await here.UpsertAsync([item], Cancellation);
        Assert.Equal(item.Vector, Assert.Single(await there.GetAsync(["a"], Cancellation)).Vector);

        await Engine.DeleteAsync(Key, Cancellation);
        Assert.Equal(ErrorReason.CollectionNotFound, (await Assert.ThrowsAsync<MeshException>(() => there.CountAsync(null, Cancellation))).Reason);
    }

    [Fact]
    public async Task A_payload_comes_back_as_it_was_whatever_PostgreSQL_cannot_hold()
    {
        var collection = await Engine.CreateAsync(Key, 2, "", Cancellation);
        var payload = new Struct { Fields = { ["a\0b"] = Value.ForString("x\0y 'quoted' \\ ; DROP TABLE"), ["big"] = Value.ForNumber(1e300), ["a.b"] = Value.ForNumber(7) } };
        await collection.UpsertAsync([new IndexedItem("i'd", IndexedItem.UnitVector([1, 2], 2, ""), payload.ToByteArray())], Cancellation);
        Assert.Equal(payload, Struct.Parser.ParseFrom(Assert.Single(await collection.GetAsync(["i'd"], Cancellation)).Payload));
        Assert.Equal(1, await collection.CountAsync(new ItemFilter.In("a.b", [Value.ForNumber(7)]), Cancellation));
        Assert.Equal(1, await collection.CountAsync(new ItemFilter.Range("big", 1e299, true, double.PositiveInfinity, false), Cancellation));
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_typed_error_and_back_all_is_there()
    {
        var collection = await Engine.CreateAsync(Key, 4, "", Cancellation);
        await collection.UpsertAsync([TestItems.Item(new Random(2), "kept", 4)], Cancellation);
        await _database!.InterruptAsync(async () =>
        {
            var error = await Assert.ThrowsAsync<MeshException>(() => collection.CountAsync(null, Cancellation));
            Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        });
        Assert.Equal(1, await collection.CountAsync(null, Cancellation));
    }

    private async Task<string> ExplainAsync(int dimensions)
    {
        await using var source = NpgsqlDataSource.Create(_database!.ConnectionString);
        await using var command = source.CreateCommand(
            $"EXPLAIN SELECT id FROM mesh_items_1 ORDER BY embedding <#> '[{string.Join(',', Enumerable.Repeat("0.1", dimensions))}]', sequence LIMIT 10");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var plan = "";
        while (await reader.ReadAsync(Cancellation))
        {
            plan += reader.GetString(0) + "\n";
        }

        return plan;
    }

    private async Task<(PostgreSqlDatabase, PostgreSqlEngine)> OpenAsync()
    {
        var options = Options.Create(_options);
        var tables = new PostgreSqlDatabase(options);
        await tables.PrepareAsync(Cancellation);
        return (tables, new PostgreSqlEngine(tables, options, TimeProvider.System));
    }
}
