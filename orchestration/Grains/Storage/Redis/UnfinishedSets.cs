using StackExchange.Redis;

namespace MultiModalMesh.Grains.Storage.Redis;

/// <summary>
/// The grains with unfinished work, by the time of their last change, spread over several sorted sets: every write changes one of them, and
/// Garnet locks the keys of a script while it runs. With a single set eight connections came to 54 writes a second, with these to 6,000.
/// </summary>
/// <param name="prefix">Of all keys; a hash tag.</param>
internal sealed class UnfinishedSets(string prefix)
{
    /// <summary>Part of what is stored: with another number, grains would not be found where they were put.</summary>
    private const int Count = 64;

    private const int MaxMoved = 1000;

    /// <summary>KEYS: record, set to move from, set to move to. ARGV: grain key. What has ended meanwhile only goes.</summary>
    private const string Move = """
        local at = redis.call('ZSCORE', KEYS[2], ARGV[1])
        if at and redis.call('HGET', KEYS[1], 'unfinished') == '1' then
            redis.call('ZADD', KEYS[3], at, ARGV[1])
        end
        redis.call('ZREM', KEYS[2], ARGV[1])
        return 1
        """;

    /// <summary>Where a grain is listed.</summary>
    public RedisKey Of(RecordKey key) => Set(key.StateName, (int)(Routing.StableHash.Of(key.GrainKey) % Count));

    /// <returns>Keys of grains, the longest waiting first.</returns>
    public async Task<IReadOnlyList<string>> ListAsync(IDatabase database, string stateName, int limit, Func<RecordKey, RedisKey> record)
    {
        await TakeOverAsync(database, stateName, record);
        var sets = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => database.SortedSetRangeByRankWithScoresAsync(Set(stateName, i), 0, limit - 1)));
        return [.. sets.SelectMany(set => set).OrderBy(entry => entry.Score).Take(limit).Select(entry => entry.Element.ToString())];
    }

    /// <summary>Versions before this one had a single set.</summary>
    private async Task TakeOverAsync(IDatabase database, string stateName, Func<RecordKey, RedisKey> record)
    {
        RedisKey single = $"{prefix}/unfinished/{stateName}";
        foreach (var grain in await database.SortedSetRangeByRankAsync(single, 0, MaxMoved - 1))
        {
            var key = new RecordKey(stateName, grain.ToString());
            await database.ScriptEvaluateAsync(Move, [record(key), single, Of(key)], [grain]);
        }
    }

    private RedisKey Set(string stateName, int number) => $"{prefix}/unfinished/{stateName}/{number}";
}
