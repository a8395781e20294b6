using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.Sqlite;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Grains.Tests.Storage.Sqlite;

public sealed class SqliteStateStoreTests : StateStoreContract, IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storage-");
    private readonly SqliteStateStore _store;

    public SqliteStateStoreTests() => _store = Open();

    private protected override IStateStore Store => _store;

    private string Database => Path.Combine(_folder.FullName, "dialogues.db");

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_was_written_is_there_for_the_next_process()
    {
        var record = Record("text");
        await _store.WriteAsync(Key("a"), record, null);
        await _store.DisposeAsync();

        await using var next = Open();

        Assert.Equal(record.ETag, (await next.ReadAsync(Key("a")))!.ETag);
    }

    [Fact]
    public async Task A_second_process_on_the_same_file_is_refused_until_the_first_has_gone()
    {
        await _store.WriteAsync(Key("a"), Record(), null);
        await using (var second = Open())
        {
            var error = await Assert.ThrowsAsync<MeshException>(() => second.ReadAsync(Key("a")));
            Assert.Equal(ErrorReason.StorageFailed, error.Reason);
            Assert.Contains("another process with the silo role", error.Message, StringComparison.Ordinal);
        }

        await _store.DisposeAsync();
        await using var third = Open();
        Assert.NotNull(await third.ReadAsync(Key("a")));
    }

    [Fact]
    public async Task Writes_that_come_together_are_all_there()
    {
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 500).Select(i => _store.WriteAsync(Key($"n{i}"), Record($"{i}"), null))), Assert.True);

        for (var i = 0; i < 500; i += 50)
        {
            Assert.Equal($"{i}", System.Text.Encoding.UTF8.GetString((await _store.ReadAsync(Key($"n{i}")))!.State));
        }
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk()
    {
        await _store.WriteAsync(Key("a"), Record(), null);
        await _store.DisposeAsync();
        using var file = new SqliteFile(Database);
        using var connection = file.Open();

        Assert.Equal(("wal", 2L), ((string)Scalar(connection, "PRAGMA journal_mode")!, (long)Scalar(connection, "PRAGMA synchronous")!));
    }

    [Fact]
    public async Task A_damaged_file_is_a_storage_failure_that_names_the_file()
    {
        await File.WriteAllTextAsync(Database, new string('x', 8192), Cancellation);

        foreach (var attempt in new Func<Task>[] { () => _store.ReadAsync(Key("a")), () => _store.WriteAsync(Key("a"), Record(), null) })
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
        await Assert.ThrowsAsync<MeshException>(() => _store.WriteAsync(Key("a"), Record(), null));
        File.Delete(Database);

        Assert.True(await _store.WriteAsync(Key("a"), Record(), null));

        Assert.NotNull(await _store.ReadAsync(Key("a")));
    }

    [Theory]
    [InlineData(13, "the disk is full")]
    [InlineData(8, "cannot be written")]
    [InlineData(5, "another process")]
    public void A_failure_says_what_to_mend(int code, string expected)
    {
        using var file = new SqliteFile(Database);
        var error = file.Failed("written", new SqliteException("from SQLite", code));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_later_version_is_left_alone()
    {
        await _store.WriteAsync(Key("a"), Record(), null);
        await _store.DisposeAsync();
        using (var file = new SqliteFile(Database))
        using (var connection = file.Open())
        {
            Scalar(connection, "UPDATE schema_version SET version = 99");
        }

        await using var next = Open();
        var error = await Assert.ThrowsAsync<MeshException>(() => next.ReadAsync(Key("a")));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
    }

    private SqliteStateStore Open() => new(Options.Create(new DataOptions { Path = _folder.FullName }));

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
