using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Errors;

/// <summary>A failure under /api: RFC 9457 problem details with the mesh's reason.</summary>
/// <param name="Type">Names the kind of failure; constant per reason.</param>
/// <param name="Title">The HTTP status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">For a person: what is wrong and what to do.</param>
/// <param name="Reason">For a program: a constant such as <c>IMAGE_NOT_FOUND</c>.</param>
/// <param name="Field">The field of the request that is at fault.</param>
/// <param name="RetryAfterSeconds">When the same request can succeed.</param>
/// <param name="Errors">What went wrong item by item, for requests that carry several.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? RetryAfterSeconds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Errors = null)
{
    public const string ContentType = "application/problem+json";

    public static Problem From(Failure failure) => Create(
        failure.Status, failure.Reason, failure.Message, failure.Field, failure.RetryAfter?.TotalSeconds);

    public static Problem From(MeshException error) => From(Failure.From(error));

    private static Problem Create(int status, string reason, string detail, string? field, double? retryAfter) => new(
        $"urn:multimodalmesh:{reason.ToLowerInvariant().Replace('_', '-')}", ReasonPhrases.GetReasonPhrase(status), status, detail, reason, field, retryAfter);
}
