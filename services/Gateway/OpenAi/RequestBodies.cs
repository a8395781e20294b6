using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>The documented fields of a chat completion request; read by <see cref="ChatCompletionReader"/>.</summary>
internal sealed record ChatCompletionBody(
    [property: JsonPropertyName("messages")] IReadOnlyList<MessageBody> Messages,
    [property: JsonPropertyName("model")] string? Model,
    [property: JsonPropertyName("stream")] bool? Stream,
    [property: JsonPropertyName("stream_options")] StreamOptionsBody? StreamOptions,
    [property: JsonPropertyName("max_completion_tokens")] int? MaxCompletionTokens,
    [property: JsonPropertyName("max_tokens")] int? MaxTokens,
    [property: JsonPropertyName("temperature")] float? Temperature,
    [property: JsonPropertyName("top_p")] float? TopP,
    [property: JsonPropertyName("seed")] long? Seed,
    [property: JsonPropertyName("stop")] JsonElement? Stop);

/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">A string, or an array of <c>{"type":"text","text":…}</c> and <c>{"type":"image_url","image_url":{"url":…}}</c>.</param>
internal sealed record MessageBody([property: JsonPropertyName("role")] string Role, [property: JsonPropertyName("content")] JsonElement Content);

internal sealed record StreamOptionsBody([property: JsonPropertyName("include_usage")] bool IncludeUsage);

/// <summary>The documented fields of an embeddings request; read by <see cref="EmbeddingReader"/>.</summary>
/// <param name="Input">A string, or an array of strings and content parts.</param>
/// <param name="Model">Name of a pack; left out: the default one.</param>
/// <param name="EncodingFormat">float or base64.</param>
/// <param name="Dimensions">If given, must be the model's.</param>
internal sealed record EmbeddingBody(
    [property: JsonPropertyName("input")] JsonElement Input,
    [property: JsonPropertyName("model")] string? Model,
    [property: JsonPropertyName("encoding_format")] string? EncodingFormat,
    [property: JsonPropertyName("dimensions")] int? Dimensions);
