using MultiModalMesh.Retrieval.Embedded.Text;
using MultiModalMesh.Retrieval.Engine;
using Npgsql;
using NpgsqlTypes;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>BM25 over the words of a collection, by the formula of <see cref="TextIndex"/>. PostgreSQL's own ranking of texts is another one.</summary>
/// <remarks>A field stands for all below it. A name with a dot and a path of two names are one here.</remarks>
internal sealed class WordSearch(string itemsTable, string wordsTable, string text, IReadOnlyList<string> fields)
{
    private readonly string[] _words = [.. Words.Of(text).Select(PayloadJson.Clean).Distinct(StringComparer.Ordinal)];

    private string InFields => fields.Count == 0 ? "true" : "EXISTS (SELECT FROM unnest(@within) AS wanted WHERE field = wanted OR starts_with(field, wanted || '.'))";

    /// <summary>How many items there are, how many words they have, and how many have each word of the query.</summary>
    public string Statistics(NpgsqlCommand command)
    {
        AddWords(command);
        return $"""
            SELECT (SELECT count(*) FROM {itemsTable}), (SELECT coalesce(sum(count), 0)::bigint FROM {wordsTable} WHERE {InFields}),
                ARRAY (SELECT (SELECT count(DISTINCT sequence) FROM {wordsTable} WHERE word = asked.word AND {InFields}) FROM unnest(@words) WITH ORDINALITY AS asked (word, place) ORDER BY place)
            """;
    }

    public static TextStatistics ReadStatistics(NpgsqlDataReader reader) => new(reader.GetInt64(0), reader.GetInt64(1), reader.GetFieldValue<long[]>(2));

    /// <summary>id, payload, sequence and score of the best.</summary>
    public string Best(NpgsqlCommand command, TextStatistics whole, ItemFilter? filter, int limit)
    {
        AddWords(command);
        command.Parameters.AddWithValue("rarities", whole.Having.Select(having => Bm25.Rarity(whole.Items, having)).ToArray());
        command.Parameters.AddWithValue("mean", Bm25.MeanLength(whole));
        command.Parameters.AddWithValue("limit", limit);
        return $"""
            WITH found AS (
                SELECT sequence, word, sum(count)::float8 AS count FROM {wordsTable} WHERE word = ANY (@words) AND {InFields} GROUP BY sequence, word),
            lengths AS (
                SELECT sequence, sum(count)::float8 AS length FROM {wordsTable} WHERE sequence IN (SELECT sequence FROM found) AND {InFields} GROUP BY sequence),
            scores AS (
                SELECT sequence, sum(rarity * count * ({Bm25.Saturation} + 1) / (count + {Bm25.Saturation} * (1 - {Bm25.LengthShare} + {Bm25.LengthShare} * length / @mean))) AS score
                FROM found JOIN lengths USING (sequence) JOIN unnest(@words, @rarities) AS asked (word, rarity) USING (word) GROUP BY sequence)
            SELECT id, payload, sequence, score FROM scores JOIN {itemsTable} USING (sequence)
            WHERE {new SqlConditions(command.Parameters).Of(filter)} ORDER BY score DESC, sequence LIMIT @limit
            """;
    }

    private void AddWords(NpgsqlCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter("words", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = _words });
        command.Parameters.Add(new NpgsqlParameter("within", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = fields.Select(PayloadJson.Clean).Distinct(StringComparer.Ordinal).ToArray() });
    }
}
