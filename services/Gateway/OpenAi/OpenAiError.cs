using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using MultiModalMesh.Gateway.Errors;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>A failure as OpenAI's API writes it.</summary>
internal sealed record OpenAiError([property: JsonPropertyName("error")] OpenAiErrorBody Error)
{
    public static OpenAiError From(Failure failure) =>
        new(new OpenAiErrorBody(failure.Message, TypeOf(failure.Status), failure.Field ?? ParameterOf(failure.Reason), failure.Code ?? CodeOf(failure.Reason)));

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };

    // The router knows no request, only that nobody has the model.
    private static string? ParameterOf(string reason) => reason is "MODEL_NOT_FOUND" or "CAPABILITY_MISSING" ? "model" : null;

    // Where OpenAI has a word of its own for it, clients look for that word.
    private static string CodeOf(string reason) => reason switch
    {
        "API_KEY_MISSING" or "API_KEY_INVALID" => "invalid_api_key",
        "PROMPT_TOO_LONG" => "context_length_exceeded",
        "OVERLOADED" => "rate_limit_exceeded",
        _ => reason.ToLowerInvariant(),
    };
}

internal sealed record OpenAiErrorBody(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("param")] string? Param,
    [property: JsonPropertyName("code")] string? Code);
