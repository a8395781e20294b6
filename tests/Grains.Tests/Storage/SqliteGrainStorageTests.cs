using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.ServiceDefaults.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Tests.Storage;

public sealed class SqliteGrainStorageTests : IAsyncDisposable
{
    private const string Name = "note";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storage-");
    private readonly SqliteGrainStorage _storage;

    public SqliteGrainStorageTests() => _storage = Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Database => Path.Combine(_folder.FullName, "dialogues.db");

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_was_written_is_there_for_the_next_process()
    {
        await WriteAsync("a", new Note { Text = "häßlich \u0001 🐈" });
        await _storage.DisposeAsync();

        await using var next = Open();
        var read = await ReadAsync("a", next);

        Assert.True(read.RecordExists);
        Assert.Equal("häßlich \u0001 🐈", read.State!.Text);
    }

    [Fact]
    public async Task What_was_never_written_is_a_new_state_without_a_record()
    {
        var read = await ReadAsync("nobody");

        Assert.Equal((false, null, ""), (read.RecordExists, read.ETag, read.State!.Text));
    }

    [Fact]
    public async Task Of_two_writers_that_read_the_same_the_second_is_refused_and_changes_nothing()
    {
        await WriteAsync("a", new Note { Text = "0" });
        var (one, other) = (await ReadAsync("a"), await ReadAsync("a"));
        one.State = new Note { Text = "1" };
        other.State = new Note { Text = "2" };
        await _storage.WriteStateAsync(Name, Id("a"), one);

        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync(Name, Id("a"), other));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.ClearStateAsync(Name, Id("a"), other));
        Assert.Equal("1", (await ReadAsync("a")).State!.Text);
    }

    [Fact]
    public async Task Of_two_writers_that_both_found_nothing_the_second_is_refused()
    {
        await WriteAsync("a", new Note { Text = "1" });

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", new Note { Text = "2" }));
    }

    [Fact]
    public async Task A_writer_from_before_a_deletion_cannot_overwrite_what_came_after_it()
    {
        await WriteAsync("a", new Note { Text = "old" });
        var frozen = await ReadAsync("a");
        var deleting = await ReadAsync("a");
        await _storage.ClearStateAsync(Name, Id("a"), deleting);
        Assert.Equal((false, null), (deleting.RecordExists, deleting.ETag));
        await WriteAsync("a", new Note { Text = "new" });

        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.WriteStateAsync(Name, Id("a"), frozen));
    }

    [Fact]
    public async Task Unfinished_work_is_listed_as_long_as_it_is_unfinished()
    {
        await WriteAsync("a", new Note { IsUnfinished = true });
        await WriteAsync("b", new Note());
        await WriteAsync("c", new Note { IsUnfinished = true });
        var c = await ReadAsync("c");
        c.State = new Note();
        await _storage.WriteStateAsync(Name, Id("c"), c);

        Assert.Equal(["a"], await _storage.ListUnfinishedAsync(Name, 10, Cancellation));
        Assert.Empty(await _storage.ListUnfinishedAsync("other", 10, Cancellation));
    }

    [Fact]
    public async Task Writes_that_come_together_are_all_there()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => WriteAsync($"n{i}", new Note { Text = $"{i}" })));

        for (var i = 0; i < 500; i += 50)
        {
            Assert.Equal($"{i}", (await ReadAsync($"n{i}")).State!.Text);
        }
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk()
    {
        await WriteAsync("a", new Note());
        using var connection = new SqliteFile(Database).Open();

        Assert.Equal(("wal", 2L), ((string)Scalar(connection, "PRAGMA journal_mode")!, (long)Scalar(connection, "PRAGMA synchronous")!));
    }

    [Fact]
    public async Task A_damaged_file_is_a_storage_failure_that_names_the_file()
    {
        await File.WriteAllTextAsync(Database, new string('x', 8192), Cancellation);

        foreach (var attempt in new Func<Task>[] { () => ReadAsync("a"), () => WriteAsync("a", new Note()) })
        {
            var error = await Assert.ThrowsAsync<MeshException>(attempt);
            Assert.Equal(ErrorReason.StorageFailed, error.Reason);
            Assert.Contains(Database, error.Message, StringComparison.Ordinal);
            Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task When_the_file_is_put_right_the_same_process_goes_on()
    {
        await File.WriteAllTextAsync(Database, new string('x', 8192), Cancellation);
        await Assert.ThrowsAsync<MeshException>(() => WriteAsync("a", new Note()));
        File.Delete(Database);

        await WriteAsync("a", new Note { Text = "again" });

        Assert.Equal("again", (await ReadAsync("a")).State!.Text);
    }

    [Theory]
    [InlineData(13, "the disk is full")]
    [InlineData(8, "cannot be written")]
    [InlineData(5, "another process")]
    public void A_failure_says_what_to_mend(int code, string expected)
    {
        var error = new SqliteFile(Database).Failed("written", new SqliteException("from SQLite", code));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_later_version_is_left_alone()
    {
        await WriteAsync("a", new Note());
        await _storage.DisposeAsync();
        using (var connection = new SqliteFile(Database).Open())
        {
            Scalar(connection, "UPDATE schema_version SET version = 99");
        }

        await using var next = Open();
        var error = await Assert.ThrowsAsync<MeshException>(() => ReadAsync("a", next));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
    }

    private static GrainId Id(string key) => GrainId.Create(Name, key);

    private SqliteGrainStorage Open() => new(Options.Create(new DataOptions { Path = _folder.FullName }), TimeProvider.System);

    private async Task<GrainState<Note>> ReadAsync(string key, SqliteGrainStorage? storage = null)
    {
        var state = new GrainState<Note>();
        await (storage ?? _storage).ReadStateAsync(Name, Id(key), state);
        return state;
    }

    private Task WriteAsync(string key, Note note) => _storage.WriteStateAsync(Name, Id(key), new GrainState<Note>(note));

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private sealed class Note : IUnfinishedWork
    {
        public string Text { get; init; } = "";

        public bool IsUnfinished { get; init; }
    }
}
