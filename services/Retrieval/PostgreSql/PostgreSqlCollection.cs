using System.Text;
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
            sequence bigint NOT NULL REFERENCES {ItemsTable(id)} ON DELETE CASCADE, word text NOT NULL, field text NOT NULL, count int NOT NULL);
        CREATE INDEX ON {WordsTable(id)} (sequence);
        CREATE INDEX ON {WordsTable(id)} (word);
        """;

    public Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken)
    {
        // The last of several with one id counts, in the place of the first.
        var last = new Dictionary<string, IndexedItem>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            last[item.Id] = item;
        }

        return WriteAsync(
            async (connection, token) =>
            {
                var replaced = await RemoveAsync(connection, last.Keys, token);
                await new ItemWriter(_items, _words).WriteAsync(connection, [.. last.Values], token);
                return (replaced, last.Count - replaced);
            },
            cancellationToken);
    }

    public Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            var deleted = await RemoveAsync(connection, ids, token);
            return (deleted, -deleted);
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
        // What few items pass is compared one by one: the index would have to be searched far until it meets them. Without a condition nothing has to be counted.
        var every = query.Filter is not null && await CountAsync(query.Filter, options.IndexFrom, cancellationToken) < options.IndexFrom;
        var hits = await FindNearestAsync(query, every, cancellationToken);

        // The index gives up at some distance; a condition that is only met beyond must not empty the answer.
        return Good(hits.Count >= query.Limit || every ? hits : await FindNearestAsync(query, every: true, cancellationToken));

        IReadOnlyList<Hit> Good(IReadOnlyList<Hit> found) => query.MinScore is { } least ? [.. found.Where(hit => hit.Score >= least)] : found;
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

    /// <summary>Those of some pictures that are the id of an item, or that a payload has anywhere. Reads every payload once.</summary>
    public Task<IReadOnlyList<string>> FindUsedPicturesAsync(IReadOnlyList<string> imageIds, CancellationToken cancellationToken) => database.UseAsync<IReadOnlyList<string>>(
        async connection =>
        {
            var wanted = imageIds.Distinct(StringComparer.Ordinal).Select(id => (Id: id, Bytes: Encoding.UTF8.GetBytes(id))).ToList();
            var found = new HashSet<string>(StringComparer.Ordinal);
            await using var command = new NpgsqlCommand($"SELECT id, payload FROM {_items}", connection) { CommandTimeout = 0 };
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (wanted.Count > 0 && await reader.ReadAsync(cancellationToken))
            {
                var (id, payload) = (reader.GetString(0), Payload(reader, 1));
                wanted.RemoveAll(one => (id == one.Id || payload.AsSpan().IndexOf(one.Bytes) >= 0) && found.Add(one.Id));
            }

            return [.. imageIds.Where(found.Contains)];
        },
        cancellationToken);

    /// <summary>Makes the index if there are as many items as it takes and there is none. Reading and writing go on meanwhile.</summary>
    public async Task MakeIndexAsync(CancellationToken cancellationToken)
    {
        if (info.Dimensions <= MaxIndexedDimensions && await CountAsync(null, options.IndexFrom, cancellationToken) >= options.IndexFrom)
        {
            await database.UseAsync(connection => new NearestIndex(_items, rowId).MakeAsync(connection, cancellationToken), cancellationToken);
        }
    }

    private Task<List<Hit>> FindNearestAsync(NearestQuery query, bool every, CancellationToken cancellationToken) => ReadAsync(
        command =>
        {
            command.Parameters.AddWithValue("query", new Vector(query.Vector));
            command.Parameters.AddWithValue("limit", query.Limit);
            return $"""
                {(every ? NearestIndex.NotUsed : NearestIndex.Searched(Math.Max(query.Limit, options.SearchCandidates)))}
                SELECT id, payload, sequence, {(query.WithVectors ? "embedding" : "NULL")}, -(embedding <#> @query)::float8 AS score
                FROM {_items} WHERE {new SqlConditions(command.Parameters).Of(query.Filter)}
                ORDER BY embedding <#> @query, sequence LIMIT @limit
                """;
        },
        reader => new Hit(reader.GetString(0), (float)reader.GetDouble(4), Payload(reader, 1), reader.IsDBNull(3) ? null : reader.GetFieldValue<Vector>(3).ToArray(), reader.GetInt64(2)),
        cancellationToken);

    private async Task<long> CountAsync(ItemFilter? filter, long atMost, CancellationToken cancellationToken) => (await ReadAsync(
        command =>
        {
            command.Parameters.AddWithValue("limit", atMost);
            return $"SELECT count(*) FROM (SELECT FROM {_items} WHERE {new SqlConditions(command.Parameters).Of(filter)} LIMIT @limit) AS counted";
        },
        reader => reader.GetInt64(0),
        cancellationToken))[0];

    // Writers one after the other, or a page could be read between two of which the later one is written first; and the number of items is kept in that row.
    private Task<int> WriteAsync(Func<NpgsqlConnection, CancellationToken, Task<(int Result, int More)>> write, CancellationToken cancellationToken) => database.UseAsync(
        async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var turn = new NpgsqlCommand($"SELECT id FROM mesh_collections WHERE id = {rowId} FOR UPDATE", connection, transaction))
            {
                _ = await turn.ExecuteScalarAsync(cancellationToken) ?? throw CollectionErrors.NotFound(info.Key.Name);
            }

            var (result, more) = await write(connection, cancellationToken);
            await using (var count = new NpgsqlCommand($"UPDATE mesh_collections SET item_count = item_count + @more WHERE id = {rowId}", connection, transaction))
            {
                count.Parameters.AddWithValue("more", (long)more);
                await count.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(CancellationToken.None);
            return result;
        },
        cancellationToken);

    private async Task<int> RemoveAsync(NpgsqlConnection connection, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"DELETE FROM {_items} WHERE id = ANY (@ids)", connection);
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
