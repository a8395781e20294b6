using Npgsql;

namespace MultiModalMesh.Grains.Storage.PostgreSql;

/// <summary>The table of the records in PostgreSQL.</summary>
internal static class StateTable
{
    /// <summary>Version of the table. One of a later version is refused.</summary>
    public const int SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS mesh_schema_version (version integer NOT NULL);
        CREATE TABLE IF NOT EXISTS grain_state (
            service_id text NOT NULL,
            state_name text NOT NULL,
            grain_key text NOT NULL,
            etag text NOT NULL,
            format integer NOT NULL,
            unfinished boolean NOT NULL,
            updated_at bigint NOT NULL,
            state bytea NOT NULL,
            PRIMARY KEY (service_id, state_name, grain_key));
        CREATE INDEX IF NOT EXISTS unfinished_state ON grain_state (service_id, state_name, updated_at) WHERE unfinished;
        INSERT INTO mesh_schema_version (version) SELECT 1 WHERE NOT EXISTS (SELECT * FROM mesh_schema_version);
        """;

    /// <returns>What is wrong as one sentence, or null.</returns>
    public static async Task<string?> ProblemAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var there = source.CreateCommand("SELECT to_regclass('grain_state') IS NOT NULL AND to_regclass('mesh_schema_version') IS NOT NULL");
        if (await there.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return "The table of the dialogues is missing.";
        }

        await using var command = source.CreateCommand("SELECT version FROM mesh_schema_version");
        return await command.ExecuteScalarAsync(cancellationToken) is int version and not SchemaVersion
            ? $"The dialogues are of version {version}, this program knows version {SchemaVersion}; use the program that wrote them, or a newer one."
            : null;
    }

    public static async Task CreateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Schema, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
