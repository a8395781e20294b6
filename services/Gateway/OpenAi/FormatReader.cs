using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Chat;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>
/// Reads what an answer must look like: OpenAI's <c>response_format</c>, and vLLM's <c>structured_outputs</c> with <c>choice</c> or <c>json</c>,
/// which was <c>guided_choice</c> and <c>guided_json</c> before. Whether a schema can be kept only the decoder knows.
/// </summary>
internal static class FormatReader
{
    /// <exception cref="MeshException">InvalidRequest with the path of the field.</exception>
    public static ChatFormat? Read(RequestObject body)
    {
        IEnumerable<ChatFormat?> given =
        [
            body.Find("response_format") is { } format ? ReadResponseFormat(format, "response_format") : null,
            .. body.Object("structured_outputs") is { } structured ? ReadStructured(structured) : [],
            ReadChoices(body, "guided_choice"),
            ReadSchema(body, "guided_json"),
        ];
        var formats = given.OfType<ChatFormat>().ToList();
        return formats.Count > 1
            ? throw RequestObject.Refuse(formats[1].Field, "invalid_value", $"'{formats[0].Field}' and '{formats[1].Field}' both say what the answer must look like; send one of them.")
            : formats.FirstOrDefault();
    }

    /// <summary>OpenAI's object; null if it asks for text.</summary>
    /// <param name="value">The object.</param>
    /// <param name="path">Where the request has it.</param>
    public static ChatFormat? ReadResponseFormat(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestObject.WrongType(path, "an object", value);
        }

        var format = new RequestObject(value, path);
        format.Require("type");
        switch (format.Text("type"))
        {
            case "text":
                return null;
            case "json_object":
                return ChatFormat.Of(ChatFormat.AnyObject, path);
            case "json_schema":
                format.Require("json_schema");
                var described = format.Object("json_schema")!.Value;
                described.Require("schema");
                return ReadSchema(described, "schema");
            case var other:
                throw RequestObject.Refuse(format.PathOf("type"), "invalid_value", $"Invalid value: '{other}'. Supported values are: 'text', 'json_object' and 'json_schema'.");
        }
    }

    private static ChatFormat? ReadChoices(RequestObject body, string name) => body.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } choices => ChatFormat.Of(RequestObject.StringsOf(choices, body.PathOf(name)), body.PathOf(name)),
        { } other => throw RequestObject.WrongType(body.PathOf(name), "an array of strings", other),
    };

    private static ChatFormat? ReadSchema(RequestObject body, string name) => body.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } schema => ChatFormat.Of(schema.GetRawText(), body.PathOf(name)),
        { } other => throw RequestObject.WrongType(body.PathOf(name), "a JSON schema, which is an object", other),
    };

    private static IEnumerable<ChatFormat?> ReadStructured(RequestObject structured)
    {
        foreach (var name in (ReadOnlySpan<string>)["regex", "grammar", "structural_tag", "json_object"])
        {
            if (structured.Find(name) is not null)
            {
                throw RequestObject.Refuse(structured.PathOf(name), "unsupported_parameter", "Only 'choice' and 'json' are there; describe the answer with one of them.");
            }
        }

        return [ReadChoices(structured, "choice"), ReadSchema(structured, "json")];
    }
}
