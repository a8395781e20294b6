using System.Text.Json.Serialization;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Gateway.Chat;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>A whole answer, or one piece of a streamed one, as OpenAI's API writes it.</summary>
internal sealed record ChatCompletionJson
{
    [JsonPropertyName("id")] public required string Id { get; init; }
    [JsonPropertyName("object")] public required string Object { get; init; }
    [JsonPropertyName("created")] public required long Created { get; init; }
    [JsonPropertyName("model")] public required string Model { get; init; }

    /// <summary>The pack with its version: the same fingerprint, seed and request give the same answer.</summary>
    [JsonPropertyName("system_fingerprint")] public string? SystemFingerprint { get; init; }
    [JsonPropertyName("choices")] public required IReadOnlyList<ChatChoiceJson> Choices { get; init; }

    [JsonPropertyName("usage"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatUsageJson? Usage { get; init; }
}

internal sealed record ChatChoiceJson
{
    [JsonPropertyName("index")] public int Index { get; init; }

    [JsonPropertyName("message"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatMessageJson? Message { get; init; }

    [JsonPropertyName("delta"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatDeltaJson? Delta { get; init; }
    [JsonPropertyName("logprobs")] public ChatLogProbabilitiesJson? LogProbabilities { get; init; }
    [JsonPropertyName("finish_reason")] public string? FinishReason { get; init; }

    /// <summary>How likely the answer is right, 0..1; not in OpenAI's API, and only where a calibrated pack answers about a picture.</summary>
    [JsonPropertyName("confidence"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Confidence { get; init; }

    /// <summary>Whether the answer is less sure than all but one in twenty about the pack's world; comes with the confidence.</summary>
    [JsonPropertyName("uncertain"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Uncertain { get; init; }

    public static string NameOf(FinishReason reason) => reason == Decoder.V1.FinishReason.Length ? "length" : "stop";
}

internal sealed record ChatMessageJson(
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("content")] string Content,
    [property: JsonPropertyName("refusal")] string? Refusal = null);

internal sealed record ChatDeltaJson
{
    [JsonPropertyName("role"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonPropertyName("content"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }
}

internal sealed record ChatUsageJson(
    [property: JsonPropertyName("prompt_tokens")] int PromptTokens,
    [property: JsonPropertyName("completion_tokens")] int CompletionTokens,
    [property: JsonPropertyName("total_tokens")] int TotalTokens,
    [property: JsonPropertyName("prompt_tokens_details")] PromptTokensDetailsJson PromptTokensDetails)
{
    public static ChatUsageJson From(ChatEvent.Ended ended) =>
        new(ended.PromptTokens, ended.CompletionTokens, ended.PromptTokens + ended.CompletionTokens, new PromptTokensDetailsJson(ended.CachedTokens));
}

internal sealed record PromptTokensDetailsJson([property: JsonPropertyName("cached_tokens")] int CachedTokens);
