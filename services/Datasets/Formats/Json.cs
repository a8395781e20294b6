using System.Globalization;
using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>Takes fields out of records; numbers and texts are both fine as ids, as data sets write both.</summary>
internal static class Json
{
    public static JsonElement Parse(SourceLocation source, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new DatasetRecordException(source with { Offset = source.Offset + (e.BytePositionInLine ?? 0) }, $"is not valid JSON: {JsonFailure.Sentence(e)}", e);
        }
    }

    public static JsonElement ParseObject(SourceLocation source, ReadOnlyMemory<byte> bytes)
    {
        var element = Parse(source, bytes);
        return element.ValueKind == JsonValueKind.Object
            ? element
            : throw new DatasetRecordException(source, $"is {KindOf(element)}, not an object.");
    }

    /// <summary>The fields of a record by name; of two with one name the first.</summary>
    public static Dictionary<string, JsonElement> Fields(SourceLocation source, ReadOnlyMemory<byte> bytes) =>
        ParseObject(source, bytes).EnumerateObject().DistinctBy(property => property.Name).ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);

    /// <exception cref="DatasetRecordException">It is missing, or neither a text nor a number.</exception>
    public static string Id(SourceLocation source, JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && Plain(value) is { } text
            ? text
            : throw new DatasetRecordException(source, $"has no '{name}' that is a text or a number.");

    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Plain(value) : null;

    public static double Number(SourceLocation source, JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw new DatasetRecordException(source, $"has no number '{name}'.");

    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    /// <summary>Texts, numbers and truth values as text; null for anything that has parts.</summary>
    public static string? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole.ToString(CultureInfo.InvariantCulture) : value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    /// <summary>Keeps every field with a plain value that is not known to the format.</summary>
    public static void AddMetadata(ExampleBuilder example, JsonElement element, params ReadOnlySpan<string> known)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name) && Plain(property.Value) is { } text)
            {
                example.Metadata[property.Name] = text;
            }
        }
    }

    private static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => "a plain value",
    };
}
