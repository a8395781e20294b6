using System.Text;
using System.Text.Json;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Chat;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>Reads the body of POST /v1/completions: one raw prompt. What is not there (several prompts, echo, suffix) is refused.</summary>
internal static class CompletionReader
{
    // OpenAI's, which clients rely on where they say nothing.
    private const int DefaultMaxTokens = 16;
    private const int MaxLogProbabilities = 5;
    private const int MaxTextBytes = 64 * 1024;
    private const int MaxIds = 65_536;

    /// <exception cref="MeshException">InvalidRequest with the path of the field.</exception>
    public static ChatCompletionRequest Read(RequestObject body)
    {
        if (body.Flag("echo"))
        {
            throw RequestObject.Refuse("echo", "unsupported_parameter", "The prompt is not given back here; leave 'echo' out and put the prompt before the answer.");
        }

        if (!string.IsNullOrEmpty(body.Text("suffix")))
        {
            throw RequestObject.Refuse("suffix", "unsupported_parameter", "The models here go on from a prompt only; leave 'suffix' out.");
        }

        return new ChatCompletionRequest(
            GenerationFields.Read(body) with
            {
                Prompt = ReadPrompt(body.Require("prompt"), "prompt"),
                MaxTokens = GenerationFields.ReadMaxTokens(body, "max_tokens") ?? DefaultMaxTokens,
                LogProbabilities = (int?)body.Integer("logprobs", 0, MaxLogProbabilities),
            },
            body.Flag("stream"),
            GenerationFields.ReadIncludeUsage(body));
    }

    private static RawPrompt ReadPrompt(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            var text = RequestObject.StringOf(value, path);
            var bytes = Encoding.UTF8.GetByteCount(text);
            return bytes is >= 1 and <= MaxTextBytes
                ? new RawPrompt { Text = text }
                : throw RequestObject.Refuse(path, "invalid_value", $"The prompt has {bytes} bytes, but must have 1..{MaxTextBytes}.");
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw RequestObject.WrongType(path, "a string or an array of token ids", value);
        }

        var count = value.GetArrayLength();
        return count == 0 ? throw RequestObject.Refuse(path, "empty_array", $"Invalid '{path}': empty array. Expected a prompt.")
            : value[0].ValueKind == JsonValueKind.Number ? ReadIds(value, path)
            : count == 1 && path == "prompt" ? ReadPrompt(value[0], $"{path}[0]")
            : throw RequestObject.Refuse(path, "unsupported_value", $"'{path}' has {count} prompts, but one per request is all there is; send a request for each.");
    }

    private static RawPrompt ReadIds(JsonElement value, string path)
    {
        if (value.GetArrayLength() is > MaxIds and var count)
        {
            throw RequestObject.Refuse(path, "invalid_value", $"The prompt has {count} tokens, the limit is {MaxIds}.");
        }

        return new RawPrompt
        {
            Tokens = new TokenIds
            {
                Ids =
                {
                    value.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0
                        ? id
                        : throw RequestObject.WrongType($"{path}[{i}]", "a token id", item)),
                },
            },
        };
    }
}
