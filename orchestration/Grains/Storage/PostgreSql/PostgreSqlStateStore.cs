using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Stores;
using Npgsql;

namespace MultiModalMesh.Grains.Storage.PostgreSql;

/// <summary>Records in one table of a PostgreSQL server. A write is one statement, durable when it returns.</summary>
internal sealed class PostgreSqlStateStore(IOptions<StorageOptions> options, IOptions<ClusterOptions> cluster, TimeProvider time) : IStateStore, IAsyncDisposable
{
    // In both, a row with the new ETag is this very write, sent a second time because the first answer was lost.
    private const string Insert = """
        INSERT INTO grain_state (service_id, state_name, grain_key, etag, format, unfinished, updated_at, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (service_id, state_name, grain_key) DO UPDATE SET etag = excluded.etag WHERE grain_state.etag = excluded.etag
        """;

    private const string Update = """
        UPDATE grain_state SET etag = $4, format = $5, unfinished = $6, updated_at = $7, state = $8
        WHERE service_id = $1 AND state_name = $2 AND grain_key = $3 AND etag IN ($9, $4)
        """;

    private readonly NpgsqlDataSource _source = PostgreSqlServer.Open(options.Value.ConnectionString);
    private readonly string _service = cluster.Value.ServiceId;
    private readonly RepeatedCall _calls = new(time);
    private volatile bool _checked;

    public Task<StoredRecord?> ReadAsync(RecordKey key) => CallAsync(async _ =>
    {
        await using var command = Command("SELECT etag, format, unfinished, updated_at, state FROM grain_state WHERE service_id = $1 AND state_name = $2 AND grain_key = $3", key);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync()
            ? new StoredRecord(reader.GetString(0), reader.GetInt32(1), reader.GetBoolean(2), reader.GetInt64(3), reader.GetFieldValue<byte[]>(4))
            : null;
    }, "read", CancellationToken.None);

    public Task<bool> WriteAsync(RecordKey key, StoredRecord record, string? expectedETag) => CallAsync(async _ =>
    {
        await using var command = Command(expectedETag is null ? Insert : Update, key, record.ETag, record.Format, record.IsUnfinished, record.UpdatedAt, record.State);
        if (expectedETag is not null)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = expectedETag });
        }

        return await command.ExecuteNonQueryAsync() == 1;
    }, "written", CancellationToken.None);

    public Task<bool> DeleteAsync(RecordKey key, string expectedETag) => CallAsync(async again =>
    {
        await using var command = Command("DELETE FROM grain_state WHERE service_id = $1 AND state_name = $2 AND grain_key = $3 AND etag = $4", key, expectedETag);
        return await command.ExecuteNonQueryAsync() == 1 || (again && await ReadAsync(key) is null);
    }, "deleted", CancellationToken.None);

    public Task<IReadOnlyList<string>> ListUnfinishedAsync(string stateName, int limit, CancellationToken cancellationToken) => CallAsync<IReadOnlyList<string>>(async _ =>
    {
        await using var command = _source.CreateCommand("SELECT grain_key FROM grain_state WHERE unfinished AND service_id = $1 AND state_name = $2 ORDER BY updated_at LIMIT $3");
        command.Parameters.Add(new NpgsqlParameter { Value = _service });
        command.Parameters.Add(new NpgsqlParameter { Value = stateName });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> keys = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }, "read", cancellationToken);

    public Task<IReadOnlySet<string>> FindMentionedAsync(string stateName, string keyPrefix, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) => CallAsync<IReadOnlySet<string>>(async _ =>
    {
        // Here and not on the server: it would look for each text in each record anew, and a job has thousands of them.
        await using var command = _source.CreateCommand("SELECT state FROM grain_state WHERE service_id = $1 AND state_name = $2 AND starts_with(grain_key, $3)");
        foreach (var value in (object[])[_service, stateName, keyPrefix])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        var mentions = new Mentions(texts);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (!mentions.AreComplete && await reader.ReadAsync(cancellationToken))
        {
            mentions.LookIn(reader.GetFieldValue<byte[]>(0));
        }

        return mentions.Found;
    }, "read", cancellationToken);

    public Task ScrubAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private NpgsqlCommand Command(string text, RecordKey key, params object[] more)
    {
        var command = _source.CreateCommand(text);
        foreach (var value in (object[])[_service, key.StateName, key.GrainKey, .. more])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private Task<T> CallAsync<T>(Func<bool, Task<T>> call, string verb, CancellationToken cancellationToken) => _calls.RunAsync(
        async again =>
        {
            await CheckAsync(cancellationToken);
            return await call(again);
        },
        error => error is NpgsqlException { IsTransient: true } or TimeoutException || IsLostConnection(error),
        error => Failed(verb, error),
        cancellationToken);

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!_checked)
        {
            if (await StateTable.ProblemAsync(_source, cancellationToken) is { } problem)
            {
                throw new MeshException(ErrorReason.StorageFailed, $"{problem} '{PostgreSqlServer.InitCommand}' with the same settings makes what is missing.");
            }

            _checked = true;
        }
    }

    // A server that shuts down or starts says so; everything else that PostgreSQL itself says would be said again.
    private static bool IsLostConnection(Exception error) => error is PostgresException refused
        ? refused.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        : error is NpgsqlException;

    private static MeshException Failed(string verb, Exception cause) => new(
        ErrorReason.StorageFailed,
        cause is PostgresException refused
            ? $"The dialogues could not be {verb}: PostgreSQL refused ({refused.MessageText})."
            : $"The dialogues could not be {verb}: PostgreSQL does not answer; it goes on when the server is back.",
        cause);
}
