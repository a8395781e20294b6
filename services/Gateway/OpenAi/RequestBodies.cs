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
    [property: JsonPropertyName("stop")] JsonElement? Stop,
    [property: JsonPropertyName("response_format")] ResponseFormatBody? ResponseFormat,
    [property: JsonPropertyName("structured_outputs")] StructuredOutputsBody? StructuredOutputs,
    [property: JsonPropertyName("guided_choice")] IReadOnlyList<string>? GuidedChoice,
    [property: JsonPropertyName("logprobs")] bool? LogProbabilities,
    [property: JsonPropertyName("top_logprobs")] int? TopLogProbabilities);

/// <summary>The documented fields of a completion request; read by <see cref="CompletionReader"/>.</summary>
/// <param name="Prompt">A string, an array of one string, or an array of token ids.</param>
/// <param name="LogProbabilities">0..5 alternatives for every token.</param>
internal sealed record CompletionBody(
    [property: JsonPropertyName("prompt")] JsonElement Prompt,
    [property: JsonPropertyName("model")] string? Model,
    [property: JsonPropertyName("stream")] bool? Stream,
    [property: JsonPropertyName("stream_options")] StreamOptionsBody? StreamOptions,
    [property: JsonPropertyName("max_tokens")] int? MaxTokens,
    [property: JsonPropertyName("temperature")] float? Temperature,
    [property: JsonPropertyName("top_p")] float? TopP,
    [property: JsonPropertyName("seed")] long? Seed,
    [property: JsonPropertyName("stop")] JsonElement? Stop,
    [property: JsonPropertyName("logprobs")] int? LogProbabilities,
    [property: JsonPropertyName("response_format")] ResponseFormatBody? ResponseFormat,
    [property: JsonPropertyName("structured_outputs")] StructuredOutputsBody? StructuredOutputs);

/// <param name="Type">text, json_object or json_schema.</param>
/// <param name="JsonSchema">For json_schema: <c>{"name":…,"schema":{…},"strict":true}</c>. A keyword that cannot be kept is refused, strict or not.</param>
internal sealed record ResponseFormatBody([property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("json_schema")] JsonElement? JsonSchema);

/// <param name="Choice">The answer is exactly one of these.</param>
/// <param name="Json">The answer is JSON of this schema.</param>
internal sealed record StructuredOutputsBody(
    [property: JsonPropertyName("choice")] IReadOnlyList<string>? Choice, [property: JsonPropertyName("json")] JsonElement? Json);

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
