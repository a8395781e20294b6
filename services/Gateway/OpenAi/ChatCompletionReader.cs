using System.Text;
using System.Text.Json;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Chat;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>A chat completion request, read.</summary>
internal sealed record ChatCompletionRequest(ChatRequest Chat, bool Stream, bool IncludeUsage);

/// <summary>
/// Reads the body of POST /v1/chat/completions. What would change the answer's meaning and is not there (tools, several choices) is refused;
/// what only tunes or labels is ignored, as unknown fields are.
/// </summary>
internal static class ChatCompletionReader
{
    private const int MaxMessages = 1000;
    private const int MaxTextBytes = 64 * 1024;
    private const int MaxLogProbabilities = 20;

    /// <exception cref="MeshException">InvalidRequest with the path of the field, ImageUrlRefused.</exception>
    public static ChatCompletionRequest Read(RequestObject body)
    {
        RefuseUnsupported(body);
        return new ChatCompletionRequest(
            GenerationFields.Read(body) with
            {
                Messages = ReadMessages(body),
                MaxTokens = GenerationFields.ReadMaxTokens(body, "max_completion_tokens") ?? GenerationFields.ReadMaxTokens(body, "max_tokens") ?? 0,
                LogProbabilities = ReadLogProbabilities(body),
            },
            body.Flag("stream"),
            GenerationFields.ReadIncludeUsage(body));
    }

    private static void RefuseUnsupported(RequestObject body)
    {
        if (body.Find("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0)
        {
            throw RequestObject.Refuse("tools", "unsupported_parameter", "The models here call no tools; leave 'tools' out.");
        }
    }

    private static int? ReadLogProbabilities(RequestObject body)
    {
        var alternatives = (int?)body.Integer("top_logprobs", 0, MaxLogProbabilities);
        return body.Flag("logprobs") ? alternatives ?? 0
            : alternatives is null or 0 ? null
            : throw RequestObject.Refuse("top_logprobs", "invalid_value", "'top_logprobs' is given without 'logprobs'; set 'logprobs' to true as well.");
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
            { ValueKind: JsonValueKind.String } plain => (RequestObject.StringOf(plain, $"{path}.content"), []),
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
