using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Authentication;

/// <summary>
/// Keeps web pages of others away from a mesh that listens on loopback without keys: a page must neither post through the user's
/// browser (cross-site requests) nor read by pointing a name of its own at 127.0.0.1 (DNS rebinding).
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, IOptions<GatewayOptions> options)
{
    private readonly bool _namesAreLocal = options.Value is { IsLoopback: true, ApiKeys.Count: 0 };
    private readonly HashSet<string> _origins = new(options.Value.CorsOrigins, StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (_namesAreLocal && !IsLocal(request.Host.Host))
        {
            throw new MeshException(
                ErrorReason.InvalidRequest,
                $"The host name '{request.Host.Host}' is not this machine's. Use 'localhost', or configure Gateway:ApiKeys and Gateway:Address to serve others.");
        }

        if (request.Headers["Sec-Fetch-Site"] == "cross-site" && !HttpMethods.IsGet(request.Method) && !_origins.Contains(request.Headers.Origin.ToString()))
        {
            throw new MeshException(
                ErrorReason.InvalidRequest,
                $"Pages of '{request.Headers.Origin}' may not call this mesh. Add that origin to Gateway:CorsOrigins to allow it.");
        }

        return next(context);
    }

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
