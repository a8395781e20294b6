using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Collections;
using Npgsql;
using NpgsqlTypes;
using Pgvector;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>Writes new items and their words, in two statements however many they are.</summary>
internal sealed class ItemWriter(string itemsTable, string wordsTable)
{
    /// <param name="items">With different ids, none of which is in the table.</param>
    public async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken)
    {
        Struct?[] payloads = [.. items.Select(item => item.Payload is null ? null : Struct.Parser.ParseFrom(item.Payload))];
        var sequences = await WriteItemsAsync(connection, items, payloads, cancellationToken);
        List<(long Sequence, string Field, string Word, int Count)> words =
            [.. payloads.SelectMany((payload, i) => payload is null ? [] : PayloadJson.Words(payload).Select(word => (sequences[i], word.Field, word.Word, word.Count)))];
        await using var command = new NpgsqlCommand(
            $"INSERT INTO {wordsTable} (sequence, field, word, count) SELECT * FROM unnest(@sequences, @fields, @words, @counts)", connection);
        Add(command, "sequences", NpgsqlDbType.Bigint, words.Select(word => word.Sequence).ToArray());
        Add(command, "fields", NpgsqlDbType.Text, words.Select(word => word.Field).ToArray());
        Add(command, "words", NpgsqlDbType.Text, words.Select(word => word.Word).ToArray());
        Add(command, "counts", NpgsqlDbType.Integer, words.Select(word => word.Count).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<long[]> WriteItemsAsync(NpgsqlConnection connection, IReadOnlyList<IndexedItem> items, Struct?[] payloads, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            INSERT INTO {itemsTable} (id, embedding, payload, fields)
            SELECT id, embedding, payload, fields FROM unnest(@ids, @embeddings, @payloads, @fields) WITH ORDINALITY AS given (id, embedding, payload, fields, place) ORDER BY place
            RETURNING id, sequence
            """, connection);
        Add(command, "ids", NpgsqlDbType.Text, items.Select(item => PayloadJson.Clean(item.Id)).ToArray());
        command.Parameters.AddWithValue("embeddings", items.Select(item => new Vector(item.Vector)).ToArray());
        Add(command, "payloads", NpgsqlDbType.Bytea, items.Select(item => item.Payload).ToArray());
        Add(command, "fields", NpgsqlDbType.Jsonb, payloads.Select(payload => payload is null ? "{}" : PayloadJson.Write(payload)).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sequences = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            sequences[reader.GetString(0)] = reader.GetInt64(1);
        }

        return [.. items.Select(item => sequences[PayloadJson.Clean(item.Id)])];
    }

    private static void Add(NpgsqlCommand command, string name, NpgsqlDbType element, Array values) =>
        command.Parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | element) { Value = values });
}
