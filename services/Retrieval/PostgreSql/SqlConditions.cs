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

        // A list contains a scalar where one of its elements is equal to it.
        ItemFilter.In wanted => $"coalesce({Field("fields", wanted.Field)} @> ANY ({Values(wanted.Values)}), false)",
        ItemFilter.Range range => InRange(range),
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

    private string InRange(ItemFilter.Range range)
    {
        var field = Field("fields", range.Field);
        var (low, high) = (Number(range.Low), Number(range.High));
        return $"""
            EXISTS (
                SELECT FROM jsonb_array_elements(CASE jsonb_typeof({field}) WHEN 'array' THEN {field} ELSE jsonb_build_array({field}) END) AS element
                WHERE CASE WHEN jsonb_typeof(element) = 'number'
                    THEN element::float8 {(range.LowIncluded ? ">=" : ">")} {low} AND element::float8 {(range.HighIncluded ? "<=" : "<")} {high}
                    ELSE false END)
            """;
    }

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
