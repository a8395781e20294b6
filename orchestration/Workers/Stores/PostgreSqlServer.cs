using Npgsql;

namespace MultiModalMesh.Workers.Stores;

/// <summary>A PostgreSQL server: how it is connected to, and what can be known about it from outside.</summary>
public static class PostgreSqlServer
{
    /// <summary>The command that silos name when tables are missing.</summary>
    public const string InitCommand = "mesh cluster init";

    internal const string Example = "Host=127.0.0.1;Username=mesh;Password=…;Database=mesh";

    /// <summary>Connections of one process, with time limits and a pool size where the connection string says none.</summary>
    public static NpgsqlDataSource Open(string connectionString) => NpgsqlDataSource.Create(Complete(connectionString));

    public static string Complete(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Timeout = 5,
            CommandTimeout = 5,
            MaxPoolSize = 20,
            ApplicationName = "multimodalmesh",
        };
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        foreach (var key in given.Keys)
        {
            settings[key] = given[key];
        }

        return settings.ConnectionString;
    }

    /// <summary>Asks the server what it is. Changes nothing.</summary>
    /// <exception cref="NpgsqlException">It does not answer.</exception>
    public static async Task<StoreReport> InspectAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var report = new StoreReport();
        report.Facts.Add($"PostgreSQL {await SettingAsync("server_version")}");
        var (flush, commit) = (await SettingAsync("fsync"), await SettingAsync("synchronous_commit"));
        if (flush == "on" && commit is not "off")
        {
            report.Facts.Add($"a write is on disk when it is acknowledged (fsync on, synchronous_commit {commit})");
        }
        else
        {
            report.Warnings.Add($"An acknowledged turn can be lost when the server dies: fsync is '{flush}' and synchronous_commit is '{commit}'; both 'on' lose none.");
        }

        return report;

        async Task<string> SettingAsync(string name)
        {
            await using var command = source.CreateCommand($"SELECT current_setting('{name}')");
            return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }

    internal static bool NamesServer(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host is { Length: > 0 };
}
