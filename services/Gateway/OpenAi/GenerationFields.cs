using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Chat;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>The fields that chat completions and completions share.</summary>
internal static class GenerationFields
{
    private const int MaxStops = 4;
    private const int MaxStopLength = 256;
    private const int MaxTokens = 4096;

    /// <summary>Everything but what is answered, how long, and with what beside the text.</summary>
    /// <exception cref="MeshException">InvalidRequest with the path of the field.</exception>
    public static ChatRequest Read(RequestObject body)
    {
        foreach (var name in (ReadOnlySpan<string>)["n", "best_of"])
        {
            if (body.Integer(name, 1, 128) is > 1 and var n)
            {
                throw RequestObject.Refuse(name, "unsupported_value", $"'{name}' is {n}, but one choice per request is all there is; send the request again with another seed.");
            }
        }

        var topP = body.Number("top_p", 0, 1);

        // A nucleus of nothing is the likeliest token alone.
        var temperature = topP == 0 ? 0 : body.Number("temperature", 0, 2) ?? 0;
        return new ChatRequest
        {
            Model = ReadModel(body),
            Temperature = (float)temperature,
            TopP = (float)(topP ?? 0),
            Seed = body.Integer("seed", long.MinValue, long.MaxValue),
            Stop = ReadStop(body),
            Format = FormatReader.Read(body),
        };
    }

    /// <returns>Empty for the default pack.</returns>
    public static string ReadModel(RequestObject body) => body.Text("model") switch
    {
        null or "" or "default" => "",
        { Length: > 128 } name => throw RequestObject.Refuse("model", "invalid_value", $"The model's name has {name.Length} characters, the limit is 128."),
        { } name => name,
    };

    // A client's bound above the mesh's is still kept, so there is nothing to refuse.
    public static int? ReadMaxTokens(RequestObject body, string name) => body.Integer(name, 1, int.MaxValue) is { } tokens ? (int)Math.Min(MaxTokens, tokens) : null;

    public static bool ReadIncludeUsage(RequestObject body) => body.Object("stream_options") is { } options && options.Flag("include_usage");

    private static List<string> ReadStop(RequestObject body)
    {
        if (body.Find("stop") is not { } value)
        {
            return [];
        }

        var stops = value.ValueKind switch
        {
            JsonValueKind.String => [RequestObject.StringOf(value, "stop")],
            JsonValueKind.Array => RequestObject.StringsOf(value, "stop"),
            _ => throw RequestObject.WrongType("stop", "a string or an array of strings", value),
        };
        if (stops.Count > MaxStops)
        {
            throw RequestObject.Refuse("stop", "invalid_value", $"'stop' has {stops.Count} sequences, the limit is {MaxStops}.");
        }

        return stops.FindIndex(stop => stop.Length is 0 or > MaxStopLength) is >= 0 and var bad
            ? throw RequestObject.Refuse("stop", "invalid_value", $"The stop sequence {bad} has {stops[bad].Length} characters, but must have 1..{MaxStopLength}.")
            : stops;
    }
}
