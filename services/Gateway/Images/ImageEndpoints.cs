using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using MultiModalMesh.Gateway.Authentication;

namespace MultiModalMesh.Gateway.Images;

/// <summary>/api/images: bytes in, an id out, and back.</summary>
internal static class ImageEndpoints
{
    public static void MapImages(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/images").WithTags("Images");
        group.MapPost("", StoreAsync).Produces<UploadedImage>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithSummary("Store a picture")
            .WithDescription("The body is the file itself: JPEG, PNG, WebP, GIF or AVIF, at most 20 MiB unless configured otherwise. The same bytes again give the same id.");
        group.MapGet("{id}", ReadAsync)
            .Produces(StatusCodes.Status200OK, contentType: "image/png", additionalContentTypes: ["image/jpeg", "image/webp", "image/gif", "image/avif"])
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Read a picture").WithDescription("The file as it was stored. An id names its content, so the answer never changes.");
    }

    private static async Task<UploadedImage> StoreAsync(HttpContext context, ImageLibrary images)
    {
        // The library has the limit and words for it; the server's own would cut the connection first.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        return await images.StoreAsync(context.Caller(), context.Request.Body, context.Request.ContentLength, context.RequestAborted);
    }

    private static async Task<IResult> ReadAsync(HttpContext context, ImageLibrary images, string id)
    {
        var file = await images.ReadAsync(context.Caller(), id, context.RequestAborted);
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return Results.Bytes(file, MediaTypes.Of(file), entityTag: new EntityTagHeaderValue($"\"{id}\""));
    }
}
