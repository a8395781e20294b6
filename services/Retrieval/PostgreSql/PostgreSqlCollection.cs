using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;
using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>One collection: a table of its items in the order of their writing, and one of their words.</summary>
internal sealed class PostgreSqlCollection(PostgreSqlDatabase database, PostgreSqlOptions options, long rowId, CollectionInfo info) : IItemCollection
{
    private const int MaxIndexedDimensions = 2000;

    private readonly string _items = ItemsTable(rowId);
    private readonly string _words = WordsTable(rowId);

    public CollectionInfo Info => info;

    public static string ItemsTable(long id) => $"mesh_items_{id}";

    public static string WordsTable(long id) => $"mesh_words_{id}";

    public static string Schema(long id, int dimensions) => $"""
        CREATE TABLE {ItemsTable(id)} (
            sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, embedding vector({dimensions}) NOT NULL, payload bytea, fields jsonb NOT NULL);
        CREATE TABLE {WordsTable(id)} (
            sequence bigint NOT NULL REFERENCES {ItemsTable(id)} ON DELETE CASCADE, word text NOT NULL, field text NOT NULL, count int NOT NULL,
            PRIMARY KEY (sequence, word, field));
        CREATE INDEX ON {WordsTable(id)} (word);
        """;

    public Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await LockAsync(connection, transaction, cancellationToken);
            List<IndexedItem> last = [.. items.Reverse().DistinctBy(item => item.Id, StringComparer.Ordinal).Reverse()];
            await RemoveAsync(connection, transaction, last.Select(item => item.Id), cancellationToken);
            await new ItemWriter(_items, _words).WriteAsync(connection, last, cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
            return 0;
        },
        cancellationToken);

    public Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await LockAsync(connection, transaction, cancellationToken);
            var deleted = await RemoveAsync(connection, transaction, ids, cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
            return deleted;
        },
        cancellationToken);

    public async Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var found = (await ReadAsync(
            $"SELECT id, embedding, payload, sequence FROM {_items} WHERE id = ANY (@ids)",
            command => command.Parameters.AddWithValue("ids", ids.Select(PayloadJson.Clean).ToArray()),
            reader => new IndexedItem(reader.GetString(0), reader.GetFieldValue<Vector>(1).ToArray(), Payload(reader, 2), reader.GetInt64(3)),
            cancellationToken)).ToDictionary(item => item.Id, StringComparer.Ordinal);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    public async Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken)
    {
        var every = query.Filter is not null && await CountAsync(query.Filter, options.IndexFrom, cancellationToken) < options.IndexFrom;
        return await ReadAsync(
            command =>
            {
                command.Parameters.AddWithValue("query", new Vector(query.Vector));
                command.Parameters.AddWithValue("limit", query.Limit);
                command.Parameters.AddWithValue("least", query.MinScore ?? float.NegativeInfinity);

                // What few items pass is compared one by one: the index would have to be searched far until it meets them.
                return $"""
                    {Settings(every, query.Limit)}
                    SELECT id, payload, sequence, {(query.WithVectors ? "embedding" : "NULL")}, score FROM (
                        SELECT id, payload, sequence, embedding, -(embedding <#> @query)::float8 AS score FROM {_items} WHERE {new SqlConditions(command.Parameters).Of(query.Filter)}
                        ORDER BY embedding <#> @query LIMIT @limit) AS nearest
                    WHERE score >= @least ORDER BY score DESC, sequence;
                    """;
            },
            reader => new Hit(reader.GetString(0), (float)reader.GetDouble(4), Payload(reader, 1), reader.IsDBNull(3) ? null : reader.GetFieldValue<Vector>(3).ToArray(), reader.GetInt64(2)),
            cancellationToken);
    }

    public async Task<TextStatistics> MeasureTextAsync(string text, IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var search = new WordSearch(_items, _words, text, fields);
        return (await ReadAsync(search.Statistics, WordSearch.ReadStatistics, cancellationToken))[0];
    }

    public async Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken)
    {
        var search = new WordSearch(_items, _words, query.Text, query.Fields);
        var whole = query.Statistics ?? await MeasureTextAsync(query.Text, query.Fields, cancellationToken);
        return await ReadAsync(
            command => search.Best(command, whole, query.Filter, query.Limit),
            reader => new Hit(reader.GetString(0), (float)reader.GetDouble(3), Payload(reader, 1), null, reader.GetInt64(2)),
            cancellationToken);
    }

    public Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken) => CountAsync(filter, long.MaxValue, cancellationToken);

    public async Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(
            command =>
            {
                command.Parameters.AddWithValue("after", after);
                command.Parameters.AddWithValue("limit", size + 1);
                return $"""
                    SELECT id, {(withVectors ? "embedding" : "NULL")}, payload, sequence FROM {_items}
                    WHERE sequence > @after AND {new SqlConditions(command.Parameters).Of(filter)} ORDER BY sequence LIMIT @limit
                    """;
            },
            reader => new IndexedItem(reader.GetString(0), reader.IsDBNull(1) ? [] : reader.GetFieldValue<Vector>(1).ToArray(), Payload(reader, 2), reader.GetInt64(3)),
            cancellationToken);
        List<IndexedItem> page = [.. found.Take(size)];
        return new ItemPage(page, page.Count > 0 ? page[^1].Sequence : after, found.Count <= size);
    }

    /// <summary>Those of some pictures that are the id of an item, or that a payload has anywhere.</summary>
    public async Task<IReadOnlyList<string>> FindUsedPicturesAsync(IReadOnlyList<string> imageIds, CancellationToken cancellationToken) => await ReadAsync(
        $"""
        SELECT wanted FROM unnest(@ids) AS wanted
        WHERE EXISTS (SELECT FROM {_items} WHERE id = wanted) OR EXISTS (SELECT FROM {_items} WHERE position(convert_to(wanted, 'UTF8') IN payload) > 0)
        """,
        command => command.Parameters.AddWithValue("ids", imageIds.Select(PayloadJson.Clean).ToArray()),
        reader => reader.GetString(0),
        cancellationToken);

    /// <summary>Makes the index if there are as many items as it takes and there is none. Writing goes on meanwhile.</summary>
    public async Task MakeIndexAsync(CancellationToken cancellationToken)
    {
        if (info.Dimensions > MaxIndexedDimensions || await CountAsync(null, options.IndexFrom, cancellationToken) < options.IndexFrom)
        {
            return;
        }

        await database.UseAsync(
            async connection =>
            {
                // One that was broken off is there and not valid, and would stay so.
                var name = $"{_items}_nearest";
                await using var broken = new NpgsqlCommand($"SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('{name}') AND NOT indisvalid", connection);
                await using var alone = new NpgsqlCommand($"SELECT pg_try_advisory_lock({rowId}, 1)", connection);
                if (await alone.ExecuteScalarAsync(cancellationToken) is not true)
                {
                    return 0;
                }

                if (await broken.ExecuteScalarAsync(cancellationToken) is > 0L)
                {
                    await using var drop = new NpgsqlCommand($"DROP INDEX CONCURRENTLY {name}", connection);
                    await drop.ExecuteNonQueryAsync(cancellationToken);
                }

                await using var make = new NpgsqlCommand($"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {_items} USING hnsw (embedding vector_ip_ops)", connection) { CommandTimeout = 0 };
                await make.ExecuteNonQueryAsync(cancellationToken);
                return 0;
            },
            cancellationToken);
    }

    private async Task<long> CountAsync(ItemFilter? filter, long atMost, CancellationToken cancellationToken) => (await ReadAsync(
        command =>
        {
            command.Parameters.AddWithValue("limit", atMost);
            return $"SELECT count(*) FROM (SELECT FROM {_items} WHERE {new SqlConditions(command.Parameters).Of(filter)} LIMIT @limit) AS counted";
        },
        reader => reader.GetInt64(0),
        cancellationToken))[0];

    // For the transaction that the statements of one command are.
    private string Settings(bool every, int limit) => every
        ? "SET LOCAL enable_indexscan = off;"
        : $"SET LOCAL hnsw.ef_search = {Math.Clamp(Math.Max(limit, options.SearchCandidates), 1, 1000)}; SET LOCAL hnsw.iterative_scan = strict_order;";

    // Writers one after the other, or a page could be read between two of which the later one is written first.
    private async Task LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"LOCK TABLE {_items} IN SHARE ROW EXCLUSIVE MODE", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int> RemoveAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"DELETE FROM {_items} WHERE id = ANY (@ids)", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter("ids", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = ids.Select(PayloadJson.Clean).ToArray() });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task<List<T>> ReadAsync<T>(string text, Action<NpgsqlCommand> add, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => ReadAsync(
        command =>
        {
            add(command);
            return text;
        },
        read,
        cancellationToken);

    private Task<List<T>> ReadAsync<T>(Func<NpgsqlCommand, string> write, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand { Connection = connection, Transaction = transaction };
            command.CommandText = write(command);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(read(reader));
            }

            return rows;
        },
        cancellationToken);

    private static byte[]? Payload(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
