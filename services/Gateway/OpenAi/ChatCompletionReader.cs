using System.Text;
using System.Text.Json;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Chat;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>A chat completion request, read.</summary>
internal sealed record ChatCompletionRequest(ChatRequest Chat, bool Stream, bool IncludeUsage);

/// <summary>
/// Reads the body of POST /v1/chat/completions. What would change the answer's meaning and is not there (tools, several choices, log
/// probabilities) is refused; what only tunes or labels is ignored, as unknown fields are.
/// </summary>
internal static class ChatCompletionReader
{
    private const int MaxMessages = 1000;
    private const int MaxTextBytes = 64 * 1024;
    private const int MaxStops = 4;
    private const int MaxStopLength = 256;
    private const int MaxTokens = 4096;

    /// <exception cref="MeshException">InvalidRequest with the path of the field, ImageUrlRefused.</exception>
    public static ChatCompletionRequest Read(RequestObject body)
    {
        RefuseUnsupported(body);
        var stream = body.Flag("stream");
        var topP = body.Number("top_p", 0, 1);

        // A nucleus of nothing is the likeliest token alone.
        var temperature = topP == 0 ? 0 : body.Number("temperature", 0, 2) ?? 0;
        return new ChatCompletionRequest(
            new ChatRequest
            {
                Model = ReadModel(body),
                Messages = ReadMessages(body),
                MaxTokens = ReadMaxTokens(body),
                Temperature = (float)temperature,
                TopP = (float)(topP ?? 0),
                Seed = body.Integer("seed", long.MinValue, long.MaxValue),
                Stop = ReadStop(body),
            },
            stream,
            body.Object("stream_options") is { } options && options.Flag("include_usage"));
    }

    /// <returns>Empty for the default pack.</returns>
    public static string ReadModel(RequestObject body) => body.Text("model") switch
    {
        null or "" or "default" => "",
        { Length: > 128 } name => throw RequestObject.Refuse("model", "invalid_value", $"The model's name has {name.Length} characters, the limit is 128."),
        { } name => name,
    };

    private static void RefuseUnsupported(RequestObject body)
    {
        if (body.Integer("n", 1, 128) is > 1 and var n)
        {
            throw RequestObject.Refuse("n", "unsupported_value", $"'n' is {n}, but one choice per request is all there is; send the request again with another seed.");
        }

        if (body.Find("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0)
        {
            throw RequestObject.Refuse("tools", "unsupported_parameter", "The models here call no tools; leave 'tools' out.");
        }

        if (body.Flag("logprobs"))
        {
            throw RequestObject.Refuse("logprobs", "unsupported_parameter", "Log probabilities are not given here; leave 'logprobs' out.");
        }

        if (body.Object("response_format") is { } format && format.Text("type") is not (null or "text"))
        {
            throw RequestObject.Refuse("response_format", "unsupported_value", "The models here answer with text only; leave 'response_format' out.");
        }
    }

    // A client's bound above the mesh's is still kept, so there is nothing to refuse.
    private static int ReadMaxTokens(RequestObject body) =>
        (int)Math.Min(MaxTokens, body.Integer("max_completion_tokens", 1, int.MaxValue) ?? body.Integer("max_tokens", 1, int.MaxValue) ?? 0);

    private static List<string> ReadStop(RequestObject body)
    {
        if (body.Find("stop") is not { } value)
        {
            return [];
        }

        var stops = value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => value.EnumerateArray().Select((item, i) =>
                item.ValueKind == JsonValueKind.String ? item.GetString()! : throw RequestObject.WrongType($"stop[{i}]", "a string", item)).ToList(),
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

    private static List<ChatMessage> ReadMessages(RequestObject body)
    {
        var value = body.Require("messages");
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw RequestObject.WrongType("messages", "an array of messages", value);
        }

        var count = value.GetArrayLength();
        if (count is 0 or > MaxMessages)
        {
            throw RequestObject.Refuse("messages", "invalid_value", $"'messages' has {count} messages, but must have 1..{MaxMessages}.");
        }

        var messages = value.EnumerateArray().Select(ReadMessage).ToList();
        return messages[^1].Role == Message.Types.Role.User
            ? messages
            : throw RequestObject.Refuse($"messages[{count - 1}].role", "invalid_value", "The last message must be the user's: it is the one that is answered.");
    }

    private static ChatMessage ReadMessage(JsonElement value, int index)
    {
        var path = $"messages[{index}]";
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestObject.WrongType(path, "an object", value);
        }

        var message = new RequestObject(value, path);
        message.Require("role");
        var name = message.Text("role");
        var role = name switch
        {
            "system" or "developer" => Message.Types.Role.System,
            "user" => Message.Types.Role.User,
            "assistant" => Message.Types.Role.Assistant,
            "tool" or "function" => throw RequestObject.Refuse($"{path}.role", "unsupported_value", "The models here call no tools, so there are no messages of them."),
            _ => throw RequestObject.Refuse($"{path}.role", "invalid_value", $"Invalid value: '{name}'. Supported values are: 'system', 'developer', 'user' and 'assistant'."),
        };

        // An assistant's message may be without content in OpenAI's API.
        var content = role == Message.Types.Role.Assistant ? message.Find("content") : message.Require("content");
        var (text, images) = content switch
        {
            null => ("", []),
            { ValueKind: JsonValueKind.String } plain => (plain.GetString()!, []),
            { ValueKind: JsonValueKind.Array } parts => ReadParts(parts, $"{path}.content"),
            { } other => throw RequestObject.WrongType($"{path}.content", "a string or an array of content parts", other),
        };
        if (images.Count > 0 && role != Message.Types.Role.User)
        {
            throw RequestObject.Refuse($"{path}.content", "invalid_value", "Only the user's messages can have pictures.");
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= MaxTextBytes
            ? new ChatMessage(role, text, images)
            : throw RequestObject.Refuse($"{path}.content", "string_above_max_length", $"The text of message {index} has {bytes} bytes, the limit is {MaxTextBytes}.");
    }

    private static (string Text, List<ChatImage> Images) ReadParts(JsonElement parts, string path)
    {
        var texts = new List<string>();
        var images = new List<ChatImage>();
        var index = 0;
        foreach (var value in parts.EnumerateArray())
        {
            switch (ContentPart.Read(value, $"{path}[{index++}]"))
            {
                case ContentPart.Text part:
                    texts.Add(part.Value);
                    break;
                case ContentPart.ImageUrl part:
                    images.Add(new ChatImage(part.Url, part.Field));
                    break;
            }
        }

        return index > 0
            ? (string.Join('\n', texts), images)
            : throw RequestObject.Refuse(path, "empty_array", $"Invalid '{path}': empty array. Expected an array with at least one content part.");
    }
}
