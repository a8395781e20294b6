using System.Globalization;
using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>A file of a data set; whatever is wrong in it is said with the file's name and the record's.</summary>
public sealed class DataFile(string path)
{
    public string Path { get; } = path;

    public string Name => System.IO.Path.GetFileName(Path);

    public MeshException Refuse(string record, string what, Exception? inner = null) =>
        new(ErrorReason.EvaluationFileInvalid, $"'{Path}', {record}: {what}.", inner) { Metadata = new Dictionary<string, string> { ["file"] = Path, ["record"] = record } };

    public string ReadText()
    {
        try
        {
            return File.ReadAllText(Path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refuse("the file", $"it cannot be read: {failure.Message.TrimEnd('.')}", failure);
        }
    }

    /// <summary>The whole file as one JSON value, which outlives its document.</summary>
    public JsonElement ReadJson() => Parse(ReadText(), 0);

    /// <summary>One JSON object a line, with the line's number; empty lines are passed over.</summary>
    public IEnumerable<(string Record, JsonElement Value)> ReadJsonLines(string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                var value = Parse(line, number - 1);
                yield return value.ValueKind == JsonValueKind.Object ? ($"line {number}", value) : throw Refuse($"line {number}", "it is not a JSON object");
            }
        }
    }

    public JsonElement Member(JsonElement value, string field, string record) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(field, out var member)
            ? member
            : throw Refuse(record, $"the field '{field}' is missing");

    public IEnumerable<(string Record, JsonElement Value)> Records(JsonElement array, string name) => array.ValueKind == JsonValueKind.Array
        ? array.EnumerateArray().Select((value, i) => value.ValueKind == JsonValueKind.Object ? ($"{name}[{i}]", value) : throw Refuse($"{name}[{i}]", "it is not a JSON object"))
        : throw Refuse(name, "it is not an array");

    /// <summary>Ids are numbers in COCO's files and texts in others; both are compared as texts.</summary>
    public string Id(JsonElement value, string field, string record) => Member(value, field, record) is var id && id.ValueKind switch
    {
        JsonValueKind.Number => id.GetRawText(),
        JsonValueKind.String when id.GetString() is { Length: > 0 } text => text,
        _ => null,
    } is { } known
        ? known
        : throw Refuse(record, $"'{field}' must be a number or a text");

    public string Text(JsonElement value, string field, string record) => Member(value, field, record) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : throw Refuse(record, $"'{field}' must be a text");

    public IReadOnlyList<string> Texts(JsonElement value, string field, string record) => Member(value, field, record) switch
    {
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many when many.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String) => [.. many.EnumerateArray().Select(text => text.GetString()!)],
        _ => throw Refuse(record, $"'{field}' must be a text or an array of texts"),
    };

    /// <summary>Every member that is a single value and not among the known ones.</summary>
    internal static Dictionary<string, string> Columns(JsonElement value, params ReadOnlySpan<string> known)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name) && member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
            {
                columns[member.Name] = member.Value.ToString();
            }
        }

        return columns;
    }

    private JsonElement Parse(string text, long linesBefore)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException failure)
        {
            var line = (linesBefore + (failure.LineNumber ?? 0) + 1).ToString(CultureInfo.InvariantCulture);
            throw Refuse($"line {line}", "it is not valid JSON", failure);
        }
    }
}
