using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Storage;

/// <summary>
/// Grain state in one SQLite file on this machine. A write returns when it is on disk. Every write names the ETag it read: who was
/// overtaken by another writer gets an <see cref="InconsistentStateException"/> and changes nothing.
/// </summary>
/// <remarks>Other failures are <see cref="MeshException"/> with <see cref="ErrorReason.StorageFailed"/>; nothing was written then.</remarks>
internal sealed class SqliteGrainStorage : IGrainStorage, IAsyncDisposable
{
    /// <summary>Under this name grains ask for it.</summary>
    public const string Name = "mesh";

    /// <summary>How the state column is to be read: 1 is JSON in UTF-8.</summary>
    private const int JsonFormat = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;
    private readonly Lock _reading = new();
    private SqliteConnection? _reader;

    public SqliteGrainStorage(IOptions<DataOptions> data, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(data);
        _file = new SqliteFile(Path.Combine(DataOptions.MakePrivate(Path.GetFullPath(data.Value.Path)), "dialogues.db"));
        _writer = new SqliteWriter(_file);
        _time = time;
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = await Task.Run(() => Read(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT etag, format, state FROM grain_state WHERE state_name = $name AND grain_key = $key";
            command.Parameters.AddWithValue("$name", stateName);
            command.Parameters.AddWithValue("$key", grainId.Key.ToString());
            using var reader = command.ExecuteReader();
            return reader.Read() ? (ETag: reader.GetString(0), Format: reader.GetInt32(1), State: reader.GetFieldValue<byte[]>(2)) : default;
        }));
        grainState.ETag = row.ETag;
        grainState.RecordExists = row.ETag is not null;
        grainState.State = row.ETag is null ? Activator.CreateInstance<T>() : Parse<T>(row.Format, row.State, stateName, grainId);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Before the first await: what is written is what the grain holds now.
        var state = JsonSerializer.SerializeToUtf8Bytes(grainState.State, Json);
        var unfinished = grainState.State is IUnfinishedWork { IsUnfinished: true };
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var (key, expected, etag) = (grainId.Key.ToString(), grainState.ETag, Guid.NewGuid().ToString("N"));
        var written = await _writer.CommitAsync((connection, transaction) =>
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = expected is null
                ? """
                  INSERT INTO grain_state (state_name, grain_key, etag, format, unfinished, updated_at, state)
                  VALUES ($name, $key, $etag, $format, $unfinished, $now, $state) ON CONFLICT DO NOTHING
                  """
                : """
                  UPDATE grain_state SET etag = $etag, format = $format, unfinished = $unfinished, updated_at = $now, state = $state
                  WHERE state_name = $name AND grain_key = $key AND etag = $expected
                  """;
            command.Parameters.AddWithValue("$name", stateName);
            command.Parameters.AddWithValue("$key", key);
            command.Parameters.AddWithValue("$etag", etag);
            command.Parameters.AddWithValue("$format", JsonFormat);
            command.Parameters.AddWithValue("$unfinished", unfinished ? 1 : 0);
            command.Parameters.AddWithValue("$now", now);
            command.Parameters.AddWithValue("$state", state);
            command.Parameters.AddWithValue("$expected", (object?)expected ?? DBNull.Value);
            return command.ExecuteNonQuery();
        }, CancellationToken.None);
        CheckWon(written, stateName, grainId, expected);
        grainState.ETag = etag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (key, expected) = (grainId.Key.ToString(), grainState.ETag);
        if (expected is not null)
        {
            var deleted = await _writer.CommitAsync((connection, transaction) =>
            {
                using var command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandText = "DELETE FROM grain_state WHERE state_name = $name AND grain_key = $key AND etag = $expected";
                command.Parameters.AddWithValue("$name", stateName);
                command.Parameters.AddWithValue("$key", key);
                command.Parameters.AddWithValue("$expected", expected);
                return command.ExecuteNonQuery();
            }, CancellationToken.None);
            CheckWon(deleted, stateName, grainId, expected);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    /// <summary>Keys of the grains whose state says <see cref="IUnfinishedWork.IsUnfinished"/>, the longest waiting first.</summary>
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

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        lock (_reading)
        {
            _reader?.Dispose();
            _reader = null;
        }
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

    private static T Parse<T>(int format, byte[] state, string stateName, GrainId grainId)
    {
        try
        {
            return format == JsonFormat && JsonSerializer.Deserialize<T>(state, Json) is { } parsed
                ? parsed
                : throw new MeshException(ErrorReason.StorageFailed, $"The stored {stateName} '{grainId.Key}' has format {format}, this program knows {JsonFormat}.");
        }
        catch (JsonException e)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The stored {stateName} '{grainId.Key}' cannot be read.", e);
        }
    }

    private static void CheckWon(int rows, string stateName, GrainId grainId, string? expected)
    {
        if (rows == 0)
        {
            throw new InconsistentStateException(
                $"The stored {stateName} '{grainId.Key}' was changed by someone else.", storedEtag: "another", currentEtag: expected ?? "none", storageException: null);
        }
    }
}
