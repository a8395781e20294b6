namespace MultiModalMesh.ServiceDefaults.Telemetry;

/// <summary>Names of the OpenTelemetry semantic conventions for generative AI that the mesh uses.</summary>
public static class GenAiNames
{
    /// <summary>The value of <see cref="ProviderName"/>.</summary>
    public const string Provider = "multimodalmesh";

    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string RequestMaxTokens = "gen_ai.request.max_tokens";
    public const string RequestTemperature = "gen_ai.request.temperature";
    public const string RequestTopP = "gen_ai.request.top_p";
    public const string RequestSeed = "gen_ai.request.seed";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseFinishReasons = "gen_ai.response.finish_reasons";
    public const string UsageInputTokens = "gen_ai.usage.input_tokens";
    public const string UsageOutputTokens = "gen_ai.usage.output_tokens";
    public const string ConversationId = "gen_ai.conversation.id";
    public const string TokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";

    /// <summary>Histogram, seconds: a request in a model server, from its arrival to its last token.</summary>
    public const string ServerRequestDuration = "gen_ai.server.request.duration";

    /// <summary>Histogram, seconds: from a request's arrival to its first token.</summary>
    public const string ServerTimeToFirstToken = "gen_ai.server.time_to_first_token";

    /// <summary>Histogram, seconds: mean time per token after the first.</summary>
    public const string ServerTimePerOutputToken = "gen_ai.server.time_per_output_token";

    public const string ChatOperation = "chat";
    public const string CompletionOperation = "text_completion";
    public const string EmbeddingsOperation = "embeddings";
}
