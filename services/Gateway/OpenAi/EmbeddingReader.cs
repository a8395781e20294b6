using System.Text;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Embeddings;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>An embeddings request, read.</summary>
internal sealed record EmbeddingRequest(string Model, IReadOnlyList<EmbeddingInput> Inputs, bool Base64, int? Dimensions);

/// <summary>Reads the body of POST /v1/embeddings.</summary>
internal static class EmbeddingReader
{
    private const int MaxInputs = 2048;
    private const int MaxTextBytes = 64 * 1024;

    /// <exception cref="MeshException">InvalidRequest with the path of the field, ImageUrlRefused.</exception>
    public static EmbeddingRequest Read(RequestObject body)
    {
        var format = body.Text("encoding_format");
        if (format is not (null or "float" or "base64"))
        {
            throw RequestObject.Refuse("encoding_format", "invalid_value", $"Invalid value: '{format}'. Supported values are: 'float' and 'base64'.");
        }

        return new EmbeddingRequest(
            GenerationFields.ReadModel(body), ReadInputs(body.Require("input")), format == "base64", (int?)body.Integer("dimensions", 1, 8192));
    }

    private static List<EmbeddingInput> ReadInputs(JsonElement input)
    {
        if (input.ValueKind is JsonValueKind.String or JsonValueKind.Object)
        {
            return [ReadInput(input, "input")];
        }

        if (input.ValueKind != JsonValueKind.Array)
        {
            throw RequestObject.WrongType("input", "a string, or an array of strings and content parts", input);
        }

        var count = input.GetArrayLength();
        return count is >= 1 and <= MaxInputs
            ? [.. input.EnumerateArray().Select((item, i) => ReadInput(item, $"input[{i}]"))]
            : throw RequestObject.Refuse("input", "invalid_value", $"'input' has {count} entries, but must have 1..{MaxInputs}.");
    }

    private static EmbeddingInput ReadInput(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return ReadText(value.GetString()!, path);
            case JsonValueKind.Object:
                return ContentPart.Read(value, path) switch
                {
                    ContentPart.ImageUrl image => new EmbeddingInput.Image(image.Url, image.Field),
                    ContentPart.Text text => ReadText(text.Value, $"{path}.text"),
                    _ => throw new InvalidOperationException("A content part is a text or a picture."),
                };
            case JsonValueKind.Number or JsonValueKind.Array:
                throw RequestObject.Refuse(path, "unsupported_value", "Token numbers are not accepted, because every model counts its own; send the text.");
            default:
                throw RequestObject.WrongType(path, "a string or a content part", value);
        }
    }

    private static EmbeddingInput.Text ReadText(string text, string path)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes is >= 1 and <= MaxTextBytes
            ? new EmbeddingInput.Text(text, path)
            : throw RequestObject.Refuse(path, "invalid_value", $"The text has {bytes} bytes, but must have 1..{MaxTextBytes}.");
    }
}
