using System.Net;
using System.Net.Http.Headers;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>What a request is about, for the sentences of a refusal.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">As asked for, or the commit.</param>
/// <param name="File">Null where the request is about the repository.</param>
internal sealed record HubSubject(string Repository, string Revision, string? File = null)
{
    public override string ToString() => File is null ? $"'{Repository}'" : $"'{File}' of '{Repository}'";
}

/// <summary>Turns an answer that is not a success into a sentence, or into an interruption where asking again may help.</summary>
internal static class HubRefusal
{
    /// <param name="response">Its body is not read: it may be anything.</param>
    /// <param name="subject">What was asked for.</param>
    /// <param name="hub">The hub's address.</param>
    /// <param name="fromHub">False for a host that the hub redirected to.</param>
    /// <param name="token">Whether a token was sent.</param>
    /// <param name="now">For a Retry-After that is a date.</param>
    public static Exception From(HttpResponseMessage response, HubSubject subject, Uri hub, bool fromHub, TokenUse token, DateTimeOffset now)
    {
        var status = response.StatusCode;
        var host = response.RequestMessage?.RequestUri?.Authority ?? hub.Authority;
        if (status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500)
        {
            return new HubInterruptedException($"{host} answered {(int)status}", Delay(response.Headers.RetryAfter, now));
        }

        if (!fromHub)
        {
            // Addresses of a file store are signed and expire; the hub gives a new one.
            return new HubInterruptedException($"{host}, where {hub.Authority} keeps the file, answered {(int)status}");
        }

        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.FirstOrDefault() : null;
        return status switch
        {
            HttpStatusCode.NotFound => new MeshException(ErrorReason.ModelNotFound, NotFound(code, subject, hub)),
            HttpStatusCode.Unauthorized => new MeshException(ErrorReason.HubAccessDenied, Unauthorized(subject, hub, token)),
            HttpStatusCode.Forbidden => new MeshException(ErrorReason.HubAccessDenied, Forbidden(code, subject, hub, token)),
            _ => new MeshException(ErrorReason.HubUnavailable, $"{host} answered {(int)status} for {subject}; is it a hub that speaks the Hugging Face file API?"),
        };
    }

    private static string NotFound(string? code, HubSubject subject, Uri hub) => code switch
    {
        "RevisionNotFound" => $"'{subject.Repository}' has no revision '{subject.Revision}' at {hub.Authority}.",
        _ when subject.File is not null => $"{hub.Authority} lists {subject} at {subject.Revision}, but does not have it.",
        _ => $"There is no model '{subject.Repository}' with the revision '{subject.Revision}' at {hub.Authority}; check the spelling of owner and name.",
    };

    private static string Unauthorized(HubSubject subject, Uri hub, TokenUse token) => token switch
    {
        TokenUse.Sent => $"{hub.Authority} does not accept the token in HF_TOKEN for '{subject.Repository}'; check the name, and whether the token is valid.",
        TokenUse.Withheld => $"{hub.Authority} asks for a token for '{subject.Repository}', but HF_TOKEN is not sent over an unencrypted connection; use an https address.",
        _ => $"'{subject.Repository}' does not exist at {hub.Authority}, or is private; check the name, and for a private one set HF_TOKEN to a token that may read it.",
    };

    private static string Forbidden(string? code, HubSubject subject, Uri hub, TokenUse token) => code == "GatedRepo" || token == TokenUse.None
        ? $"'{subject.Repository}' is given only to those who accepted its conditions: accept them at {new Uri(hub, "/")}{subject.Repository} and set HF_TOKEN to a token of that account."
        : $"The token in HF_TOKEN may not read '{subject.Repository}'; give it read access at {hub.Authority}.";

    private static TimeSpan? Delay(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var delay = header?.Delta ?? header?.Date - now;
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}

/// <summary>Whether a request carries the token.</summary>
internal enum TokenUse
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>There is one, but the hub's address is not encrypted.</summary>
    Withheld,

    Sent,
}
