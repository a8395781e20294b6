using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Errors;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>
/// A JSON object of a request, read field by field: unknown fields are never looked at, a wrong type is refused with the path to it
/// (<c>messages[0].content</c>) and OpenAI's own code.
/// </summary>
internal readonly record struct RequestObject(JsonElement Json, string Path)
{
    /// <exception cref="MeshException">InvalidRequest: not JSON, or no object.</exception>
    public static async Task<RequestObject> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException("Not JSON.", StatusCodes.Status415UnsupportedMediaType);
        }

        var json = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        return json.ValueKind == JsonValueKind.Object
            ? new RequestObject(json, "")
            : throw Refuse("", "invalid_type", $"The body must be a JSON object, but is {NameOf(json)}.");
    }

    /// <summary>The field's value, or null if it is left out or null.</summary>
    public JsonElement? Find(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public JsonElement Require(string name) =>
        Find(name) ?? throw Refuse(PathOf(name), "missing_required_parameter", $"Missing required parameter: '{PathOf(name)}'.");

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { } value => StringOf(value, PathOf(name)),
    };

    public bool Flag(string name) => Find(name) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw WrongType(PathOf(name), "a boolean", value),
    };

    /// <param name="name">The field.</param>
    /// <param name="minimum">The least value that is accepted.</param>
    /// <param name="maximum">The greatest.</param>
    public double? Number(string name, double minimum, double maximum)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            throw WrongType(PathOf(name), "a number", value);
        }

        return number >= minimum && number <= maximum
            ? number
            : throw Refuse(PathOf(name), "invalid_value", FormattableString.Invariant($"'{PathOf(name)}' is {number}, but must be {minimum}..{maximum}."));
    }

    public long? Integer(string name, long minimum, long maximum)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw WrongType(PathOf(name), "an integer", value);
        }

        return number >= minimum && number <= maximum
            ? number
            : throw Refuse(PathOf(name), "invalid_value", $"'{PathOf(name)}' is {number}, but must be {minimum}..{maximum}.");
    }

    public RequestObject? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new RequestObject(value, PathOf(name)),
        { } value => throw WrongType(PathOf(name), "an object", value),
    };

    /// <exception cref="MeshException">InvalidRequest: no string, or half a surrogate pair.</exception>
    public static string StringOf(JsonElement value, string path)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongType(path, "a string", value);
        }
        catch (InvalidOperationException e)
        {
            // What JsonElement throws for an escape like \ud800.
            throw new MeshException(ErrorReason.InvalidRequest, $"Invalid '{path}': the string is not valid Unicode.", e) { Field = path };
        }
    }

    public static List<string> StringsOf(JsonElement array, string path) => [.. array.EnumerateArray().Select((item, i) => StringOf(item, $"{path}[{i}]"))];

    public static MeshException WrongType(string path, string expected, JsonElement actual) =>
        Refuse(path, "invalid_type", $"Invalid type for '{path}': expected {expected}, but got {NameOf(actual)} instead.");

    public static MeshException Refuse(string path, string code, string message) => new(ErrorReason.InvalidRequest, message)
    {
        Field = path.Length == 0 ? null : path,
        Metadata = new Dictionary<string, string> { [Failure.OpenAiCode] = code },
    };

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };
}
