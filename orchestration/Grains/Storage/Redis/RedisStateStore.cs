using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Stores;
using StackExchange.Redis;

namespace MultiModalMesh.Grains.Storage.Redis;

/// <summary>
/// Records on a server that speaks the Redis protocol: a hash for each, and sorted sets of the unfinished ones by the time of their last
/// change. A record and its set change in one script, and all keys share a hash tag, so that a Redis Cluster has them in one place.
/// </summary>
internal sealed class RedisStateStore(IOptions<StorageOptions> options, IOptions<ClusterOptions> cluster, TimeProvider time) : IStateStore, IAsyncDisposable
{
    /// <summary>
    /// KEYS: record, unfinished. ARGV: expected ETag or '', new ETag, format, unfinished, updated at, state, grain key. A record with the new
    /// ETag is this very write, sent a second time because the first answer was lost.
    /// </summary>
    private const string Write = """
        local stored = redis.call('HGET', KEYS[1], 'etag') or ''
        if stored == ARGV[2] then return 1 end
        if stored ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'etag', ARGV[2], 'format', ARGV[3], 'unfinished', ARGV[4], 'updated_at', ARGV[5], 'state', ARGV[6])
        if ARGV[4] == '1' then
            redis.call('ZADD', KEYS[2], ARGV[5], ARGV[7])
        else
            redis.call('ZREM', KEYS[2], ARGV[7])
        end
        return 1
        """;

    /// <summary>KEYS: record, unfinished. ARGV: expected ETag, grain key, whether it may have been deleted by an attempt before.</summary>
    private const string Delete = """
        local stored = redis.call('HGET', KEYS[1], 'etag') or ''
        if stored == '' and ARGV[3] == '1' then return 1 end
        if stored ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('ZREM', KEYS[2], ARGV[2])
        return 1
        """;

    private static readonly RedisValue[] Fields = ["etag", "format", "unfinished", "updated_at", "state"];

    private readonly string _prefix = $"{{{cluster.Value.ServiceId}}}";
    private readonly UnfinishedSets _unfinished = new($"{{{cluster.Value.ServiceId}}}");
    private readonly RepeatedCall _calls = new(time);
    private readonly SemaphoreSlim _connecting = new(1);
    private ConnectionMultiplexer? _connection;

    public Task<StoredRecord?> ReadAsync(RecordKey key) => CallAsync(
        async (database, _) => await database.HashGetAsync(Record(key), Fields) is [{ IsNull: false } etag, var format, var unfinished, var updatedAt, var state]
            ? new StoredRecord(etag!, (int)format, unfinished == "1", (long)updatedAt, state!)
            : null,
        "read",
        CancellationToken.None);

    public Task<bool> WriteAsync(RecordKey key, StoredRecord record, string? expectedETag) => CallAsync(
        (database, _) => RunAsync(
            database, Write, key, expectedETag ?? "", record.ETag, record.Format, record.IsUnfinished ? "1" : "0", record.UpdatedAt, record.State, key.GrainKey),
        "written",
        CancellationToken.None);

    public Task<bool> DeleteAsync(RecordKey key, string expectedETag) => CallAsync(
        (database, again) => RunAsync(database, Delete, key, expectedETag, key.GrainKey, again ? "1" : "0"), "deleted", CancellationToken.None);

    public Task<IReadOnlyList<string>> ListUnfinishedAsync(string stateName, int limit, CancellationToken cancellationToken) => CallAsync(
        (database, _) => _unfinished.ListAsync(database, stateName, limit, Record), "read", cancellationToken);

    public Task<IReadOnlySet<string>> FindMentionedAsync(string stateName, string keyPrefix, IReadOnlyCollection<string> texts, CancellationToken cancellationToken) => CallAsync<IReadOnlySet<string>>(
        async (database, _) =>
        {
            var mentions = new Mentions(texts);
            var pattern = Escape(Record(new RecordKey(stateName, keyPrefix)).ToString()) + "*";
            foreach (var server in database.Multiplexer.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
            {
                await foreach (var key in server.KeysAsync(database.Database, pattern, pageSize: 500).WithCancellation(cancellationToken))
                {
                    byte[]? state = await database.HashGetAsync(key, "state");
                    mentions.LookIn(state);
                }
            }

            return mentions.Found;
        },
        "read",
        cancellationToken);

    public Task ScrubAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _connecting.Dispose();
    }

    // In a pattern these mean something.
    private static string Escape(string text) => string.Concat(text.Select(c => c is '*' or '?' or '[' or ']' or '^' or '\\' ? $"\\{c}" : $"{c}"));

    private RedisKey Record(RecordKey key) => $"{_prefix}/state/{key.StateName}/{key.GrainKey}";

    private async Task<bool> RunAsync(IDatabase database, string script, RecordKey key, params RedisValue[] arguments) =>
        (int)await database.ScriptEvaluateAsync(script, [Record(key), _unfinished.Of(key)], arguments) == 1;

    private Task<T> CallAsync<T>(Func<IDatabase, bool, Task<T>> call, string verb, CancellationToken cancellationToken) => _calls.RunAsync(
        async again => await call((await ConnectAsync()).GetDatabase(), again),
        error => error is RedisConnectionException or RedisTimeoutException or TimeoutException
            || (error is RedisServerException && error.Message.StartsWith("LOADING", StringComparison.Ordinal)),
        error => Failed(verb, error),
        cancellationToken);

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        if (_connection is { } connection)
        {
            return connection;
        }

        await _connecting.WaitAsync();
        try
        {
            return _connection ??= await ConnectionMultiplexer.ConnectAsync(RedisServer.Options(options.Value.ConnectionString, "multimodalmesh-dialogues"));
        }
        finally
        {
            _connecting.Release();
        }
    }

    private static MeshException Failed(string verb, Exception cause) => new(
        ErrorReason.StorageFailed,
        cause is RedisServerException
            ? $"The dialogues could not be {verb}: the Redis server refused ({cause.Message})."
            : $"The dialogues could not be {verb}: the Redis server does not answer; it goes on when the server is back.",
        cause);
}
