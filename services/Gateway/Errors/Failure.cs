using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Errors;

/// <summary>What the edges tell a caller about something that was thrown.</summary>
/// <param name="IsOurs">A defect: the log gets it, the caller no details.</param>
internal sealed record Failure(
    int Status, string Reason, string Message, string? Field = null, TimeSpan? RetryAfter = null, bool IsOurs = false, string? Code = null)
{
    /// <summary>Key of <see cref="MeshException.Metadata"/> that holds the code OpenAI's API has for the failure.</summary>
    public const string OpenAiCode = "openai_code";

    private const string Malformed = "MALFORMED_REQUEST";

    public static Failure From(Exception error) => error switch
    {
        MeshException known => From(known),
        DialogueException known => From(Dialogues.GrainErrors.ToMeshException(known)),
        BadHttpRequestException { InnerException: JsonException json } => From(json),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(
            StatusCodes.Status413PayloadTooLarge, "REQUEST_TOO_LARGE", "The body is larger than this server accepts (Gateway:MaxRequestBytes)."),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => new(
            StatusCodes.Status415UnsupportedMediaType, "MEDIA_TYPE_UNSUPPORTED", "The body must be JSON; send it with 'Content-Type: application/json'."),
        BadHttpRequestException bad => new(bad.StatusCode, Malformed, bad.Message),
        JsonException json => From(json),
        _ => new(StatusCodes.Status500InternalServerError, "INTERNAL", "The request failed for a reason of ours.", IsOurs: true),
    };

    public static Failure From(MeshException error) => new(
        HttpStatus.Of(error.Reason.Category), error.Reason.Code, error.Message, error.Field, RetryAfterOf(error),
        error.Reason.Category == ErrorCategory.Internal, error.Metadata.GetValueOrDefault(OpenAiCode));

    private static Failure From(JsonException error)
    {
        // A reader's error inside is one of syntax, and the path only where it was met.
        var field = error.InnerException is not JsonException && error.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;
        var place = error.LineNumber is { } line ? $" at line {line + 1}, byte {error.BytePositionInLine + 1}" : "";
        return new(
            StatusCodes.Status400BadRequest, Malformed,
            field is null ? $"The body is not valid JSON{place}." : $"The body does not fit{place}: '{field}' has a wrong type or value.", field);
    }

    // A busy mesh without an estimate: a second is long enough not to be a flood.
    private static TimeSpan? RetryAfterOf(MeshException error) =>
        error.RetryAfter ?? (error.Reason.Category is ErrorCategory.Overloaded or ErrorCategory.Unavailable ? TimeSpan.FromSeconds(1) : null);
}
