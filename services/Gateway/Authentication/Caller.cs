using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace MultiModalMesh.Gateway.Authentication;

/// <summary>On whose behalf a request is made. Everything stored belongs to a tenant, and dialogues to a user of it.</summary>
public sealed record Caller(string Tenant, string User)
{
    private static readonly SearchValues<char> TenantCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> UserCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-");

    /// <summary>Everybody, where no API keys are configured.</summary>
    public static readonly Caller Default = new("default", "default");

    internal static bool IsTenant(string? text) => text is { Length: >= 1 and <= 64 } && !text.AsSpan().ContainsAnyExcept(TenantCharacters);

    internal static bool IsUser(string? text) => text is { Length: >= 1 and <= 64 } && !text.AsSpan().ContainsAnyExcept(UserCharacters);
}

internal static class CallerFeature
{
    /// <summary>The caller that <see cref="AuthenticationMiddleware"/> found.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The request was not authenticated; it reached an endpoint past the gateway's middleware.");
}
