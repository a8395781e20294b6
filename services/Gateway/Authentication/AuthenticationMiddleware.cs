using Microsoft.AspNetCore.Http;
using MultiModalMesh.Gateway.Listening;

namespace MultiModalMesh.Gateway.Authentication;

/// <summary>Finds the caller of every request to the gateway's own endpoints, by HTTP header or gRPC metadata (which are the same on the wire).</summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, ApiKeyRing keys)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GatewayEndpoint>() is { IsOpen: false })
        {
            context.Features.Set(keys.Authenticate(KeyOf(context.Request)));
        }

        return next(context);
    }

    private static string? KeyOf(HttpRequest request)
    {
        if (request.Headers["x-api-key"].ToString() is { Length: > 0 } key)
        {
            return key;
        }

        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;
    }
}
