using System.Globalization;
using StackExchange.Redis;

namespace MultiModalMesh.Workers.Stores;

/// <summary>A server that speaks the Redis protocol: how it is connected to, and what can be known about it from outside.</summary>
public static class RedisServer
{
    internal const string Example = "127.0.0.1:6379";

    private const string GarnetOptions = "--aof --aof-commit-wait --lua --lua-transaction-mode";

    /// <summary>Options whose connection is made again by itself, soon and for as long as it takes.</summary>
    public static ConfigurationOptions Options(string connectionString, string clientName)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ClientName ??= clientName;
        options.ReconnectRetryPolicy = new ExponentialRetry(deltaBackOffMilliseconds: 200, maxDeltaBackOffMilliseconds: 2000);
        return options;
    }

    /// <summary>Asks the server what it is. Changes nothing.</summary>
    /// <exception cref="RedisException">It does not answer, or lets this user do nothing.</exception>
    public static async Task<StoreReport> InspectAsync(string connectionString)
    {
        var options = Options(connectionString, "multimodalmesh-inspection");
        options.AbortOnConnectFail = true;

        // The client's own switch: without it INFO and CONFIG GET are not even sent.
        options.AllowAdmin = true;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        var report = new StoreReport();
        var database = connection.GetDatabase();
        await database.PingAsync();
        var info = await AnswerAsync(database, "INFO", "server") is { } answer ? answer.ToString() : "";
        var garnet = Line(info, "garnet_version");
        report.Facts.Add(garnet is null ? $"Redis {Line(info, "redis_version") ?? "of unknown version"}" : $"Garnet {garnet}");
        try
        {
            await database.ScriptEvaluateAsync("return 1", flags: CommandFlags.NoScriptCache);
            report.Facts.Add("Lua scripts run");
        }
        catch (RedisServerException e)
        {
            report.Missing.Add($"Lua scripts do not run ({e.Message}); Garnet needs {GarnetOptions}.");
        }

        if (garnet is null)
        {
            await InspectRedisAsync(database, report);
        }
        else
        {
            await InspectGarnetAsync(database, report);
        }

        return report;
    }

    /// <summary>A failure of <see cref="InspectAsync"/> in words; the client's own advise on settings that are ours.</summary>
    public static string Explain(Exception failure, string connectionString) => failure is RedisConnectionException
        ? $"there is no connection to {string.Join(", ", ConfigurationOptions.Parse(connectionString).EndPoints)}."
        : failure.Message;

    internal static bool NamesServer(string connectionString) => ConfigurationOptions.Parse(connectionString).EndPoints.Count > 0;

    private static async Task InspectRedisAsync(IDatabase database, StoreReport report)
    {
        var (log, sync) = (await SettingAsync(database, "appendonly"), await SettingAsync(database, "appendfsync"));
        switch (log, sync)
        {
            case ("yes", "always"):
                report.Facts.Add("a write is on disk when it is acknowledged (appendonly yes, appendfsync always)");
                break;
            case (null, _):
                report.Warnings.Add("The server does not tell how it persists. An acknowledged turn is as safe as a write that it acknowledged.");
                break;
            default:
                report.Warnings.Add($"An acknowledged turn can be lost when the server dies: appendonly is '{log}' and appendfsync is '{sync}'; 'yes' and 'always' lose none.");
                break;
        }

        if (await SettingAsync(database, "maxmemory-policy") is { } policy && policy != "noeviction")
        {
            report.Warnings.Add($"maxmemory-policy is '{policy}': under memory pressure the server throws dialogues away; set it to 'noeviction'.");
        }
    }

    private static async Task InspectGarnetAsync(IDatabase database, StoreReport report)
    {
        var (log, wait) = (await SettingAsync(database, "appendonly"), await SettingAsync(database, "aof-commit-wait"));
        switch (log, wait)
        {
            case ("yes", "yes"):
                report.Facts.Add("a write is on disk when it is acknowledged (aof, aof-commit-wait)");
                break;
            case (not "yes", _):
                report.Warnings.Add($"Dialogues are gone when the server ends: it runs without --aof. Start it with {GarnetOptions}.");
                break;
            default:
                report.Warnings.Add($"An acknowledged turn can be lost when the server dies: aof-commit-wait is '{wait ?? "not told"}'. Start it with {GarnetOptions}.");
                break;
        }

        report.Warnings.Add("Whether Garnet runs with --lua-transaction-mode cannot be seen from outside; without it two silos could overwrite each other.");
    }

    private static async Task<string?> SettingAsync(IDatabase database, string name) =>
        await AnswerAsync(database, "CONFIG", "GET", name) is { } answer && (RedisResult[]?)answer is [_, var value]
            ? ((string?)value)?.ToLower(CultureInfo.InvariantCulture)
            : null;

    /// <summary>Null where the server forbids it, as managed ones do.</summary>
    private static async Task<RedisResult?> AnswerAsync(IDatabase database, string command, params object[] arguments)
    {
        try
        {
            return await database.ExecuteAsync(command, arguments);
        }
        catch (RedisServerException)
        {
            return null;
        }
    }

    private static string? Line(string info, string name) => info
        .Split('\n', StringSplitOptions.TrimEntries)
        .FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal))?[(name.Length + 1)..];
}
