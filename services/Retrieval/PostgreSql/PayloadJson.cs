using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;

namespace MultiModalMesh.Retrieval.PostgreSql;

/// <summary>Payloads as PostgreSQL can look into them. The payload itself is kept as it came, beside this.</summary>
internal static class PayloadJson
{
    /// <summary>PostgreSQL holds no character U+0000.</summary>
    public static string Clean(string text) => text.Replace('\0', '\uFFFD');

    public static string Write(Struct payload) => Node(payload).ToJsonString();

    public static string Write(Value value) => Node(value)?.ToJsonString() ?? "null";

    /// <summary>Every word of every text with the path of names that it lies at, lists left out, and how often it is there.</summary>
    public static IEnumerable<(string Field, string Word, int Count)> Words(Struct payload) => payload.Fields
        .SelectMany(field => Texts(field.Key, field.Value))
        .SelectMany(text => Embedded.Text.Words.Of(text.Text).Select(word => (text.Field, Word: Clean(word))))
        .GroupBy(one => one)
        .Select(same => (Clean(same.Key.Field), same.Key.Word, same.Count()));

    private static IEnumerable<(string Field, string Text)> Texts(string path, Value value) => value.KindCase switch
    {
        Value.KindOneofCase.StringValue => [(path, value.StringValue)],
        Value.KindOneofCase.ListValue => value.ListValue.Values.SelectMany(element => Texts(path, element)),
        Value.KindOneofCase.StructValue => value.StructValue.Fields.SelectMany(field => Texts($"{path}.{field.Key}", field.Value)),
        _ => [],
    };

    private static JsonObject Node(Struct payload) =>
        new(payload.Fields.Select(field => KeyValuePair.Create(Clean(field.Key), Node(field.Value))).DistinctBy(pair => pair.Key, StringComparer.Ordinal));

    private static JsonNode? Node(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.StringValue => JsonValue.Create(Clean(value.StringValue)),
        Value.KindOneofCase.NumberValue => JsonValue.Create(value.NumberValue),
        Value.KindOneofCase.BoolValue => JsonValue.Create(value.BoolValue),
        Value.KindOneofCase.ListValue => new JsonArray([.. value.ListValue.Values.Select(Node)]),
        Value.KindOneofCase.StructValue => Node(value.StructValue),
        _ => null,
    };
}
