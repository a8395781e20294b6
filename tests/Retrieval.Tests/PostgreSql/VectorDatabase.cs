using MultiModalMesh.TestServers;
using Npgsql;

namespace MultiModalMesh.Retrieval.Tests.PostgreSql;

/// <summary>An empty database on a PostgreSQL with pgvector: the one that <c>MESH_TEST_PGVECTOR</c> names by a connection string, else one of its own.</summary>
internal sealed class VectorDatabase : IAsyncDisposable
{
    private const string Variable = "MESH_TEST_PGVECTOR";

    private readonly string _server;
    private readonly string _name = $"mesh_test_{Guid.NewGuid():n}";
    private PostgreSqlProcess? _process;

    private VectorDatabase(string server, PostgreSqlProcess? process) => (_server, _process) = (server, process);

    /// <summary>Why there is none, or null.</summary>
    public static string? Missing { get; } = Given is null && !IsInstalled
        ? $"There is no PostgreSQL with pgvector; apt-get install postgresql-17-pgvector (Debian 13), or name a server in {Variable}."
        : null;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server) { Database = _name }.ConnectionString;

    private static string? Given => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;

    private static bool IsInstalled => PostgreSqlProcess.Missing is null
        && Directory.Exists("/usr/share/postgresql")
        && Directory.GetFiles("/usr/share/postgresql", "vector.control", SearchOption.AllDirectories).Length > 0;

    public static async Task<VectorDatabase> CreateAsync()
    {
        var process = Given is null ? await PostgreSqlProcess.StartNewAsync() : null;
        var database = new VectorDatabase(Given ?? process!.ConnectionString, process);
        await database.ExecuteAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    /// <summary>Takes the server away from everybody who uses this database, and gives it back.</summary>
    public async Task InterruptAsync(Func<Task> meanwhile)
    {
        await ExecuteAsync($"ALTER DATABASE {_name} ALLOW_CONNECTIONS false");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}'");
        try
        {
            await meanwhile();
        }
        finally
        {
            await ExecuteAsync($"ALTER DATABASE {_name} ALLOW_CONNECTIONS true");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"DROP DATABASE {_name} WITH (FORCE)");
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_server);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
