using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.Grains.Storage.Sqlite;

/// <summary>Records in one SQLite file on this machine, for one process. A write returns when it is on disk.</summary>
internal sealed class SqliteStateStore : IStateStore, IAsyncDisposable
{
    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;
    private readonly Lock _reading = new();
    private SqliteConnection? _reader;

    public SqliteStateStore(IOptions<DataOptions> data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _file = new SqliteFile(Path.Combine(DataOptions.MakePrivate(Path.GetFullPath(data.Value.Path)), "dialogues.db"));
        _writer = new SqliteWriter(_file);
    }

    public Task<StoredRecord?> ReadAsync(RecordKey key) => Task.Run(() => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT etag, format, unfinished, updated_at, state FROM grain_state WHERE state_name = $name AND grain_key = $key";
        AddKey(command, key);
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? new StoredRecord(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2) == 1, reader.GetInt64(3), reader.GetFieldValue<byte[]>(4))
            : null;
    }));

    public async Task<bool> WriteAsync(RecordKey key, StoredRecord record, string? expectedETag) => 1 == await _writer.CommitAsync((connection, transaction) =>
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = expectedETag is null
            ? """
              INSERT INTO grain_state (state_name, grain_key, etag, format, unfinished, updated_at, state)
              VALUES ($name, $key, $etag, $format, $unfinished, $now, $state) ON CONFLICT DO NOTHING
              """
            : """
              UPDATE grain_state SET etag = $etag, format = $format, unfinished = $unfinished, updated_at = $now, state = $state
              WHERE state_name = $name AND grain_key = $key AND etag = $expected
              """;
        AddKey(command, key);
        command.Parameters.AddWithValue("$etag", record.ETag);
        command.Parameters.AddWithValue("$format", record.Format);
        command.Parameters.AddWithValue("$unfinished", record.IsUnfinished ? 1 : 0);
        command.Parameters.AddWithValue("$now", record.UpdatedAt);
        command.Parameters.AddWithValue("$state", record.State);
        command.Parameters.AddWithValue("$expected", (object?)expectedETag ?? DBNull.Value);
        return command.ExecuteNonQuery();
    }, CancellationToken.None);

    public async Task<bool> DeleteAsync(RecordKey key, string expectedETag) => 1 == await _writer.CommitAsync((connection, transaction) =>
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "DELETE FROM grain_state WHERE state_name = $name AND grain_key = $key AND etag = $expected";
        AddKey(command, key);
        command.Parameters.AddWithValue("$expected", expectedETag);
        return command.ExecuteNonQuery();
    }, CancellationToken.None);

    public Task<IReadOnlyList<string>> ListUnfinishedAsync(string stateName, int limit, CancellationToken cancellationToken) => Task.Run(() => Read<IReadOnlyList<string>>(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT grain_key FROM grain_state WHERE unfinished = 1 AND state_name = $name ORDER BY updated_at LIMIT $limit";
        command.Parameters.AddWithValue("$name", stateName);
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        List<string> keys = [];
        while (reader.Read())
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }), cancellationToken);

    public Task<IReadOnlySet<string>> FindMentionedAsync(string stateName, string keyPrefix, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) => Task.Run<IReadOnlySet<string>>(() =>
    {
        var mentions = new Mentions(texts);
        try
        {
            // A connection of its own: it may read for long, and those who read one record do not wait for it.
            using var connection = _file.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT state FROM grain_state WHERE state_name = $name AND substr(grain_key, 1, length($prefix)) = $prefix";
            command.Parameters.AddWithValue("$name", stateName);
            command.Parameters.AddWithValue("$prefix", keyPrefix);
            using var reader = command.ExecuteReader();
            while (!mentions.AreComplete && reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                mentions.LookIn(reader.GetFieldValue<byte[]>(0));
            }

            return mentions.Found;
        }
        catch (SqliteException e)
        {
            throw _file.Failed("read", e);
        }
    }, cancellationToken);

    public Task ScrubAsync() => _writer.ScrubAsync();

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        lock (_reading)
        {
            _reader?.Dispose();
            _reader = null;
        }

        _file.Dispose();
    }

    private TResult Read<TResult>(Func<SqliteConnection, TResult> query)
    {
        lock (_reading)
        {
            try
            {
                return query(_reader ??= _file.Open());
            }
            catch (SqliteException e)
            {
                _reader?.Dispose();
                _reader = null;
                throw _file.Failed("read", e);
            }
        }
    }

    private static void AddKey(SqliteCommand command, RecordKey key)
    {
        command.Parameters.AddWithValue("$name", key.StateName);
        command.Parameters.AddWithValue("$key", key.GrainKey);
    }
}
