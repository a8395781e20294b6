using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MultiModalMesh.Gateway.Listening;

/// <summary>
/// Where all roles share a process they share one server, too. This keeps their ports apart: the internal services (which trust
/// their callers) cannot be reached on the gateway's ports, and the gateway's endpoints only there.
/// </summary>
internal sealed class PortBoundary(RequestDelegate next)
{
    private static readonly PathString[] Shared = ["/health", "/grpc.health.v1.Health", "/grpc.reflection.v1alpha.ServerReflection", "/grpc.reflection.v1.ServerReflection"];

    public Task InvokeAsync(HttpContext context)
    {
        // Routing's own answers (wrong method, wrong media type) are no route endpoints; they belong to no role.
        if (context.GetEndpoint() is RouteEndpoint endpoint)
        {
            var fromOutside = context.Features.Get<GatewayConnection>() is not null;
            var isGateways = endpoint.Metadata.GetMetadata<GatewayEndpoint>() is not null;
            if (fromOutside != isGateways && !Array.Exists(Shared, prefix => context.Request.Path.StartsWithSegments(prefix)))
            {
                context.SetEndpoint(null);
            }
        }

        return next(context);
    }
}
