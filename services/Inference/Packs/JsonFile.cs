using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Packs;

/// <summary>An object of a JSON file (or the file itself); every complaint names the file and the field.</summary>
internal sealed class JsonFile
{
    // Configurations are a few kilobytes; a chat template or a list of added tokens makes a megabyte at most.
    private const long LargestFile = 32L << 20;

    private const int LongestComplaint = 1024;

    private readonly string _path;
    private readonly string _prefix;
    private readonly JsonElement _element;

    private JsonFile(string path, string prefix, JsonElement element)
    {
        _path = path;
        _prefix = prefix;
        _element = element;
    }

    /// <summary>Parses a file and reads something from it.</summary>
    /// <exception cref="MeshException">PackInvalid.</exception>
    public static T Read<T>(string path, Func<JsonFile, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(new JsonFile(path, "", document.RootElement))
                : throw new MeshException(ErrorReason.PackInvalid, $"{path}: is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: is not valid JSON from line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} on.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: a field has the wrong type: {e.Message}", e);
        }
    }

    /// <summary>Parses a file that stays readable.</summary>
    /// <exception cref="MeshException">PackInvalid.</exception>
    public static JsonFile Open(string path) => Read(path, file => new JsonFile(path, "", file._element.Clone()));

    /// <summary>Full path of the file.</summary>
    public string Path => _path;

    public JsonElement? Optional(string field) =>
        _element.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonElement Require(string field) => Optional(field) ?? throw Invalid(field, "is missing");

    public JsonFile? Child(string field) => Optional(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFile(_path, $"{_prefix}{field}.", value),
        _ => throw Invalid(field, "is not an object"),
    };

    public IReadOnlyList<JsonFile> Children(string field) => Require(field) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.Object
            ? new JsonFile(_path, $"{_prefix}{field}[{i}].", item)
            : throw Invalid($"{field}[{i}]", "is not an object"))]
        : throw Invalid(field, "is not a list");

    public string Text(string field) => OptionalText(field) is { Length: > 0 } text ? text : throw Invalid(field, "is missing or empty");

    public string? OptionalText(string field) => Optional(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Invalid(field, "is not a string"),
    };

    public IReadOnlyList<string> Texts(string field) => Optional(field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String)
            => [.. list.EnumerateArray().Select(i => i.GetString()!)],
        _ => throw Invalid(field, "is not a list of strings"),
    };

    public int Integer(string field, int fallback) => Optional(field) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        _ => throw Invalid(field, "is not a whole number"),
    };

    public int Integer(string field, int fallback, int minimum, int maximum) => Integer(field, fallback) is var value && value >= minimum && value <= maximum
        ? value
        : throw Invalid(field, $"is {value}; it must be between {minimum} and {maximum}");

    public double Number(string field, double fallback) => Optional(field) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        _ => throw Invalid(field, "is not a number"),
    };

    public bool Flag(string field, bool fallback = false) => Optional(field) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Invalid(field, "is not true or false"),
    };

    /// <summary>A whole number where there is one; null where the field is absent.</summary>
    public int? OptionalInteger(string field, int minimum, int maximum) => Optional(field) is null ? null : Integer(field, 0, minimum, maximum);

    public MeshException Invalid(string field, string what) => new(ErrorReason.PackInvalid, $"{_path}: {_prefix}{field} {Shorten(what)}.");

    // What is wrong often quotes the value, and a hostile file has values of megabytes.
    private static string Shorten(string what) => what.Length <= LongestComplaint ? what : $"{what.AsSpan(0, LongestComplaint)} …";

    private static byte[] Bytes(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestFile
            ? File.ReadAllBytes(path)
            : throw new MeshException(ErrorReason.PackInvalid, $"{path}: has {length} bytes; at most {LargestFile} are read.");
    }
}
