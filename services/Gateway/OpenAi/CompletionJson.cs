using System.Text.Json.Serialization;
using MultiModalMesh.Decoder.V1;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>What follows a prompt, or one piece of it where it is streamed, as OpenAI's API writes it.</summary>
internal sealed record CompletionJson
{
    [JsonPropertyName("id")] public required string Id { get; init; }
    [JsonPropertyName("object")] public string Object { get; init; } = "text_completion";
    [JsonPropertyName("created")] public required long Created { get; init; }
    [JsonPropertyName("model")] public required string Model { get; init; }

    /// <summary>The pack with its version: the same fingerprint, seed and request give the same answer.</summary>
    [JsonPropertyName("system_fingerprint")] public string? SystemFingerprint { get; init; }
    [JsonPropertyName("choices")] public required IReadOnlyList<CompletionChoiceJson> Choices { get; init; }

    [JsonPropertyName("usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatUsageJson? Usage { get; init; }
}

internal sealed record CompletionChoiceJson(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("logprobs")] CompletionLogProbabilitiesJson? LogProbabilities = null,
    [property: JsonPropertyName("finish_reason")] string? FinishReason = null,
    [property: JsonPropertyName("index")] int Index = 0);

/// <summary>How likely the tokens were; entry by entry the four lists belong together.</summary>
internal sealed record CompletionLogProbabilitiesJson
{
    [JsonPropertyName("tokens")] public List<string> Tokens { get; } = [];
    [JsonPropertyName("token_logprobs")] public List<float> TokenLogProbabilities { get; } = [];

    /// <summary>The most likely tokens at each place and the one that was chosen.</summary>
    [JsonPropertyName("top_logprobs")] public List<Dictionary<string, float>> Alternatives { get; } = [];

    /// <summary>How many characters (Unicode code points) of text are certain before each token.</summary>
    [JsonPropertyName("text_offset")] public List<int> TextOffsets { get; } = [];

    public void Add(Token token, int offset)
    {
        var logProbability = ChatLogProbabilitiesJson.Finite(token.LogProbability);
        var alternatives = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (var alternative in token.Alternatives)
        {
            // Tokens that are parts of characters look alike; the likeliest is first.
            alternatives.TryAdd(alternative.Text, ChatLogProbabilitiesJson.Finite(alternative.LogProbability));
        }

        alternatives.TryAdd(token.Text, logProbability);
        Tokens.Add(token.Text);
        TokenLogProbabilities.Add(logProbability);
        Alternatives.Add(alternatives);
        TextOffsets.Add(offset);
    }
}
