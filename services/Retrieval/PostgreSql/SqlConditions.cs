using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Engine;
using Npgsql;
using NpgsqlTypes;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>Conditions on the column <c>fields</c>, the payload as jsonb, with every value as a parameter of the command.</summary>
internal sealed class SqlConditions(NpgsqlParameterCollection parameters)
{
    /// <summary>An expression that is true or false, never null.</summary>
    public string Of(ItemFilter? filter) => filter switch
    {
        null => "true",
        ItemFilter.And and => Join(and.Parts, " AND ", "true"),
        ItemFilter.Or or => Join(or.Parts, " OR ", "false"),
        ItemFilter.Not not => $"(NOT {Of(not.Part)})",
        ItemFilter.In wanted => AnyElement(wanted.Field, $"element = ANY ({Values(wanted.Values)})", itself: true),
        ItemFilter.Range range => AnyElement(range.Field, $"CASE WHEN jsonb_typeof(element) = 'number' THEN {Between(range)} ELSE false END", itself: false),
        ItemFilter.Exists exists => $"coalesce({Field("fields", exists.Field)} <> 'null'::jsonb, false)",
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "A condition that no table knows."),
    };

    private string Join(IReadOnlyList<ItemFilter> parts, string with, string empty) => parts.Count == 0 ? empty : $"({string.Join(with, parts.Select(Of))})";

    // The value at a path, as PayloadFields.Find reads it: a field whose own name has a dot goes before a path.
    private string Field(string within, string path)
    {
        var whole = Text(path);
        return path.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? $"(CASE WHEN jsonb_exists({within}, {whole}) THEN {within} -> {whole} ELSE {Field($"({within} -> {Text(path[..dot])})", path[(dot + 1)..])} END)"
            : $"({within} -> {whole})";
    }

    // Of a list its elements, and itself where that may be meant; the value else. A field that is missing is none.
    private string AnyElement(string field, string condition, bool itself) => $"""
        EXISTS (
            SELECT FROM (SELECT {Field("fields", field)} AS value) AS found,
                LATERAL (
                    SELECT value AS element WHERE value IS NOT NULL AND {(itself ? "true" : "jsonb_typeof(value) <> 'array'")}
                    UNION ALL SELECT jsonb_array_elements(CASE jsonb_typeof(value) WHEN 'array' THEN value ELSE '[]' END)) AS elements
            WHERE {condition})
        """;

    private string Between(ItemFilter.Range range) =>
        $"element::float8 {(range.LowIncluded ? ">=" : ">")} {Number(range.Low)} AND element::float8 {(range.HighIncluded ? "<=" : "<")} {Number(range.High)}";

    private string Values(IReadOnlyList<Value> values) => Add(NpgsqlDbType.Array | NpgsqlDbType.Jsonb, values.Select(value => PayloadJson.Write(value)).ToArray());

    private string Text(string text) => Add(NpgsqlDbType.Text, PayloadJson.Clean(text));

    private string Number(double number) => Add(NpgsqlDbType.Double, number);

    private string Add(NpgsqlDbType type, object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"c{parameters.Count}");
        parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        return $"@{name}";
    }
}
