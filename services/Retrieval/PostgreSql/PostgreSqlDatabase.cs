using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using Npgsql;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>The connection to the database, the tables that all collections share, and what its errors mean.</summary>
internal sealed class PostgreSqlDatabase : IAsyncDisposable
{
    // Held while the schema is made, so that services that start together do not make it twice: PostgreSQL's IF NOT EXISTS is not safe against that.
    private const long SchemaLock = 0x6D65_7368_5245_54;

    // The first with an index that is searched on where conditions are not met.
    private static readonly Version OldestVector = new(0, 8);

    private readonly NpgsqlDataSource _source;

    public PostgreSqlDatabase(IOptions<RetrievalOptions> options)
    {
        try
        {
            var builder = new NpgsqlDataSourceBuilder(options.Value.PostgreSql.ConnectionString);
            builder.UseVector();
            _source = builder.Build();
        }
        catch (ArgumentException e)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"Retrieval:PostgreSql:ConnectionString cannot be read: {e.Message}", e);
        }
    }

    public string? LastError { get; private set; }

    /// <summary>Makes what is not there yet.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: the server does not answer, lacks the extension, or refuses.</exception>
    public Task PrepareAsync(CancellationToken cancellationToken) => UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var command = new NpgsqlCommand($"""
                SELECT pg_advisory_xact_lock({SchemaLock});
                CREATE EXTENSION IF NOT EXISTS vector;
                CREATE TABLE IF NOT EXISTS mesh_collections (
                    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, name text NOT NULL, dimensions int NOT NULL,
                    model text NOT NULL, created_at timestamptz NOT NULL, item_count bigint NOT NULL DEFAULT 0, UNIQUE (tenant, name));
                """, connection, transaction))
            {
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await using (var version = new NpgsqlCommand("SELECT extversion FROM pg_extension WHERE extname = 'vector'", connection, transaction))
            {
                var found = $"{await version.ExecuteScalarAsync(cancellationToken)}";
                if (!Version.TryParse(found, out var installed) || installed < OldestVector)
                {
                    throw Failed($"The extension 'vector' of the collections' database is of version {found}, and {OldestVector} or later is needed; update pgvector and run ALTER EXTENSION vector UPDATE.", null);
                }
            }

            await transaction.CommitAsync(cancellationToken);
            await connection.ReloadTypesAsync(cancellationToken);
            return 0;
        },
        cancellationToken);

    /// <summary>Does something on a connection of its own.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CollectionNotFound"/> where a table is gone, else <see cref="ErrorReason.StorageFailed"/>.</exception>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            var result = await work(connection);
            LastError = null;
            return result;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new MeshException(ErrorReason.CollectionNotFound, "The collection was deleted meanwhile; create it again.", e) { Field = "name.collection" };
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFile)
        {
            throw Failed("PostgreSQL has no extension 'vector'; install pgvector on the server (Debian: postgresql-17-pgvector).", e);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw Failed($"PostgreSQL refuses: {e.MessageText}. The user of Retrieval:PostgreSql:ConnectionString has to be allowed to make tables, and an administrator to run CREATE EXTENSION vector.", e);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw Failed($"The collections' database does not do what it is asked: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private MeshException Failed(string message, Exception? cause)
    {
        LastError = message;
        return cause is null ? new MeshException(ErrorReason.StorageFailed, message) : new MeshException(ErrorReason.StorageFailed, message, cause);
    }
}
