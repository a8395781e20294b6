using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using MultiModalMesh.Gateway.Authentication;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>/api/collections.</summary>
internal static class CollectionEndpoints
{
    public static void MapCollections(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/collections").WithTags("Collections");
        group.MapGet("", ListAsync).Produces<CollectionListJson>()
            .WithSummary("List collections");
        group.MapPut("{name}", CreateAsync).Produces<CollectionJson>().ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Make a collection").WithDescription("For the embeddings of a model (default), or for vectors of your own if only dimensions are given. The same again is no error.");
        group.MapDelete("{name}", DeleteAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete a collection").WithDescription("With all its items. Deleting one that is not there is no error.");
        group.MapPost("{name}/items", UpsertAsync).Produces<UpsertedJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Write items")
            .WithDescription("Each with one of text, image (an id or a data URL) and vector; one with a known id is replaced. A bad item fails alone, with its index; if all are bad, the request fails.");
        group.MapDelete("{name}/items/{*id}", DeleteItemAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete an item");
        group.MapPost("{name}/search", SearchAsync).Produces<SearchJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Search").WithDescription("By text, by image (an id or a data URL) or by vector: the nearest items by cosine similarity, best first.");
    }

    private static async Task<CollectionListJson> ListAsync(HttpContext context, CollectionDesk collections, int? pageSize, string? pageToken)
    {
        var page = await collections.ListAsync(context.Caller(), pageSize, pageToken, context.RequestAborted);
        return new CollectionListJson([.. page.Collections.Select(CollectionJson.From)], page.NextPageToken);
    }

    private static async Task<CollectionJson> CreateAsync(
        HttpContext context, CollectionDesk collections, string name, [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] CreateCollectionBody? body) =>
        CollectionJson.From(await collections.CreateAsync(context.Caller(), name, body ?? new CreateCollectionBody(), context.RequestAborted));

    private static async Task<IResult> DeleteAsync(HttpContext context, CollectionDesk collections, string name)
    {
        await collections.DeleteAsync(context.Caller(), name, context.RequestAborted);
        return Results.NoContent();
    }

    private static Task<UpsertedJson> UpsertAsync(HttpContext context, CollectionDesk collections, string name, UpsertBody body) =>
        collections.UpsertAsync(context.Caller(), name, body.Items ?? [], context.RequestAborted);

    private static async Task<IResult> DeleteItemAsync(HttpContext context, CollectionDesk collections, string name, string id)
    {
        await collections.DeleteItemAsync(context.Caller(), name, id, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<SearchJson> SearchAsync(HttpContext context, CollectionDesk collections, string name, SearchBody body)
    {
        var hits = await collections.SearchAsync(context.Caller(), name, body, context.RequestAborted);
        return new SearchJson([.. hits.Select(hit => new FoundJson(hit.Id, hit.Score, PayloadJson.Write(hit.Payload)))]);
    }
}
