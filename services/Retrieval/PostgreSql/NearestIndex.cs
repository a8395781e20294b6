using System.Globalization;
using Npgsql;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>The HNSW index of a collection (Malkov and Yashunin 2016, arXiv:1603.09320), by pgvector.</summary>
internal sealed class NearestIndex(string table, long collection)
{
    private const int MostCandidates = 1000;

    // Of the advisory locks: the collection, and what about it.
    private const int Making = 1;

    private readonly string _name = $"{table}_nearest";

    /// <summary>Statements for a transaction in which every vector is compared.</summary>
    public static string NotUsed => "SET LOCAL enable_indexscan = off;";

    /// <summary>Statements for a transaction that searches the index: on and on while conditions are not met, within four times the working memory.</summary>
    public static string Searched(int candidates) => string.Create(CultureInfo.InvariantCulture, $"""
        SET LOCAL hnsw.ef_search = {Math.Clamp(candidates, 1, MostCandidates)}; SET LOCAL hnsw.iterative_scan = strict_order;
        SET LOCAL hnsw.max_scan_tuples = {int.MaxValue}; SET LOCAL hnsw.scan_mem_multiplier = 4;
        """);

    /// <summary>Makes it, unless it is there or another service is making it. Takes minutes for millions of items.</summary>
    /// <returns>Whether it was made.</returns>
    public async Task<bool> MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // One that was broken off is there and not valid, and would stay so.
        var isValid = await ExecuteAsync(connection, $"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{_name}')", cancellationToken);
        if (isValid is true || await ExecuteAsync(connection, $"SELECT pg_try_advisory_lock({collection}::int, {Making})", cancellationToken) is not true)
        {
            return false;
        }

        try
        {
            await ExecuteAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {_name}", cancellationToken);
            await ExecuteAsync(connection, $"CREATE INDEX CONCURRENTLY {_name} ON {table} USING hnsw (embedding vector_ip_ops)", cancellationToken);
            await ExecuteAsync(connection, $"ANALYZE {table}", cancellationToken);
            return true;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({collection}::int, {Making})", CancellationToken.None);
        }
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
