using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.Tests.Engine;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Retrieval.Tests.Embedded;

public sealed class EmbeddedEngineTests : CollectionEngineContract, IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("engine-");
    private EmbeddedEngine _engine;

    public EmbeddedEngineTests() => _engine = Open();

    private protected override ICollectionEngine Engine => _engine;

    private string Folder => Path.Combine(_data.FullName, "retrieval", "collections", "1");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Searches_see_whole_writes_while_others_write()
    {
        // Every write replaces all; a search that saw half of one would count other than all, or two writes' versions at once.
        const int Ids = 200;
        var collection = await _engine.CreateAsync(Key, 8, "", Cancellation);
        var random = new Random(5);
        await collection.UpsertAsync(Batch(0), Cancellation);
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(
            async () =>
            {
                while (!writing.IsCancellationRequested)
                {
                    var hits = await collection.FindNearestAsync(new NearestQuery(IndexedItem.UnitVector([1, 0, 0, 0, 0, 0, 0, 0], 8, ""), Ids * 2), Cancellation);
                    Assert.Equal(Ids, hits.Count);
                    Assert.Single(hits.Select(hit => hit.Payload![^1]).Distinct());
                }
            },
            Cancellation)).ToArray();

        for (byte round = 1; round <= 60; round++)
        {
            await collection.UpsertAsync(Batch(round), Cancellation);
        }

        await writing.CancelAsync();
        await Task.WhenAll(readers);
        IndexedItem[] Batch(byte round) => [.. Enumerable.Range(0, Ids).Select(i => new IndexedItem($"{i}", TestItems.Vector(random, 8), Google.Protobuf.MessageExtensions.ToByteArray(RetrievalClient.Struct(("round", Google.Protobuf.WellKnownTypes.Value.ForString($"{(char)round}"))))))];
    }

    [Fact]
    public async Task Compactions_and_restarts_change_no_answer()
    {
        var random = new Random(7);
        var collection = await _engine.CreateAsync(Key, 20, "", Cancellation);
        var reference = await new ReferenceEngine().CreateAsync(Key, 20, "", Cancellation);
        for (var round = 0; round < 30; round++)
        {
            var batch = Enumerable.Range(0, 300).Select(_ => TestItems.Item(random, $"{random.Next(2500)}", 20)).ToList();
            var deleted = Enumerable.Range(0, random.Next(200)).Select(_ => $"{random.Next(2500)}").ToList();
            foreach (var one in new[] { collection, reference })
            {
                await one.UpsertAsync(batch, Cancellation);
                await one.DeleteAsync(deleted, Cancellation);
            }

            if (round % 3 == 0)
            {
                await ((EmbeddedCollection)collection).CompactAsync(long.MaxValue, Cancellation);
            }

            if (round % 4 == 0)
            {
                collection = await ReopenAsync();
            }

            await CompareAsync(collection, reference, random, 20);
        }
    }

    [Fact]
    public async Task Writes_and_searches_go_on_while_segments_are_rewritten()
    {
        var random = new Random(8);
        var collection = (EmbeddedCollection)await _engine.CreateAsync(Key, 16, "", Cancellation);
        var reference = await new ReferenceEngine().CreateAsync(Key, 16, "", Cancellation);
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var compacting = Task.Run(
            async () =>
            {
                while (!writing.IsCancellationRequested)
                {
                    await collection.CompactAsync(long.MaxValue, Cancellation);
                }
            },
            Cancellation);
        for (var round = 0; round < 40; round++)
        {
            var batch = Enumerable.Range(0, 100).Select(_ => TestItems.Item(random, $"{random.Next(600)}", 16)).ToList();
            await collection.UpsertAsync(batch, Cancellation);
            await reference.UpsertAsync(batch, Cancellation);
            await CompareAsync(collection, reference, random, 16);
        }

        await writing.CancelAsync();
        await compacting;
        await CompareAsync(await ReopenAsync(), reference, random, 16);
    }

    [Fact]
    public async Task What_was_deleted_is_in_no_file_after_a_compaction()
    {
        const string Secret = "a secret that nobody may find again";
        var collection = (EmbeddedCollection)await _engine.CreateAsync(Key, 2, "", Cancellation);
        await collection.UpsertAsync([new IndexedItem("kept", [1, 0], "kept text"u8.ToArray()), new IndexedItem($"id of {Secret}", [0, 1], System.Text.Encoding.UTF8.GetBytes(Secret))], Cancellation);
        await collection.DeleteAsync([$"id of {Secret}"], Cancellation);
        Assert.True(IsOnDisk(Secret));

        await collection.CompactAsync(long.MaxValue, Cancellation);

        Assert.False(IsOnDisk(Secret), "what was deleted is still in a file");
        Assert.True(IsOnDisk("kept text"));
        Assert.Equal("kept", Assert.Single((await (await ReopenAsync()).ScrollAsync(0, 10, null, false, Cancellation)).Items).Id);
    }

    [Fact]
    public async Task A_torn_end_is_left_out_and_written_over()
    {
        var collection = await _engine.CreateAsync(Key, 4, "", Cancellation);
        await WriteAsync(collection, "acknowledged");
        await _engine.DisposeAsync();
        var log = Directory.GetFiles(Folder, "*.log").Single();
        var length = new FileInfo(log).Length;
        _engine = Open();
        await WriteAsync(_engine.Get(Key), "torn");
        await _engine.DisposeAsync();
        using (var file = File.OpenWrite(log))
        {
            file.SetLength(length + 20);
        }

        _engine = Open();
        await WriteAsync(_engine.Get(Key), "after");

        Assert.Equal(["acknowledged", "after"], (await (await ReopenAsync()).ScrollAsync(0, 10, null, false, Cancellation)).Items.Select(item => item.Id));
    }

    [Theory]
    [InlineData("log")]
    [InlineData("vectors")]
    [InlineData("shorter vectors")]
    public async Task A_broken_middle_is_refused_with_file_and_place_and_other_collections_are_served(string damage)
    {
        var collection = await _engine.CreateAsync(Key, 4, "", Cancellation);
        var other = new CollectionKey("default", "other");
        await _engine.CreateAsync(other, 4, "", Cancellation);
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(collection, $"{i}");
        }

        await _engine.DisposeAsync();
        var path = Directory.GetFiles(Folder, damage == "log" ? "*.log" : "*.vectors").Single();
        using (var file = new FileStream(path, FileMode.Open))
        {
            if (damage == "shorter vectors")
            {
                file.SetLength(20);
            }
            else
            {
                file.Position = damage == "log" ? 60 : 3;
                var read = file.ReadByte();
                file.Position--;
                file.WriteByte((byte)(read ^ 0x55));
            }
        }

        _engine = Open();
        var error = await Assert.ThrowsAsync<MeshException>(() => _engine.Get(Key).CountAsync(null, Cancellation));

        Assert.Equal((ErrorReason.StorageFailed, path), (error.Reason, error.Metadata["file"]));
        Assert.True(int.Parse(error.Metadata["offset"], System.Globalization.CultureInfo.InvariantCulture) <= 60);
        await Assert.ThrowsAsync<MeshException>(() => WriteAsync(_engine.Get(Key), "new"));
        await WriteAsync(_engine.Get(other), "new");
        await _engine.DeleteAsync(Key, Cancellation);
    }

    [Fact]
    public async Task Items_of_the_database_before_are_taken_over_and_gone_from_it()
    {
        await _engine.DisposeAsync();
        var file = Path.Combine(_data.FullName, "retrieval", "collections.db");
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                DROP TABLE collections;
                CREATE TABLE collections (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, dimensions INTEGER NOT NULL,
                    model TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (tenant, name));
                CREATE TABLE items (collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE, id TEXT NOT NULL, vector BLOB NOT NULL, payload BLOB, UNIQUE (collection, id));
                INSERT INTO collections VALUES (1, 'default', 'things', 2, 'picto@1', 1000);
                INSERT INTO items VALUES (1, 'old item', X'0000803F00000000', NULL), (1, 'second', X'000000000000803F', X'0A00');
                PRAGMA user_version = 1;
                """;
            command.ExecuteNonQuery();
        }

        _engine = Open();
        var items = (await _engine.Get(Key).ScrollAsync(0, 10, null, true, Cancellation)).Items;
        await _engine.DisposeAsync();

        Assert.Equal(["old item", "second"], items.Select(item => item.Id));
        Assert.Equal([1f, 0f], items[0].Vector);
        Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("old item"u8));
        _engine = Open();
        Assert.Equal(2, _engine.Get(Key).ItemCount);
    }

    private static Task WriteAsync(IItemCollection collection, string id) => collection.UpsertAsync([TestItems.Item(new Random(9), id, 4)], Cancellation);

    private EmbeddedEngine Open() => new(Options.Create(new DataOptions { Path = _data.FullName }), Options.Create(new RetrievalOptions()), TimeProvider.System);

    private async Task<IItemCollection> ReopenAsync()
    {
        await _engine.DisposeAsync();
        _engine = Open();
        return _engine.Get(Key);
    }

    private bool IsOnDisk(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return Directory.GetFiles(_data.FullName, "*", SearchOption.AllDirectories).Any(path =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content.AsSpan().IndexOf(bytes) >= 0;
        });
    }
}
