using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace MultiModalMesh.Gateway.Console;

/// <summary>The web console at /.</summary>
internal static class ConsoleEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapConsole(this IEndpointRouteBuilder routes) => routes.MapConsole(ConsoleAsset.LoadAll());

    internal static void MapConsole(this IEndpointRouteBuilder routes, IReadOnlyList<ConsoleAsset> assets)
    {
        foreach (var asset in assets)
        {
            routes.MapMethods($"/{asset.Path}", Methods, context => ServeAsync(context, asset)).ExcludeFromDescription();
            if (asset.Path == "index.html")
            {
                routes.MapMethods("/", Methods, context => ServeAsync(context, asset)).ExcludeFromDescription();
            }
        }
    }

    private static async Task ServeAsync(HttpContext context, ConsoleAsset asset)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ETag = asset.ETag;

        // The names carry no version, so a browser asks each time, and mostly hears that nothing changed.
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (request.Headers.IfNoneMatch.ToString().Contains(asset.ETag, StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var compressed = request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal) ? asset.Compressed : null;
        if (compressed is not null)
        {
            response.Headers.ContentEncoding = "br";
        }

        var body = compressed ?? asset.Bytes;
        response.ContentType = asset.ContentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
