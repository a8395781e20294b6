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
        group.MapGet("{name}", GetAsync).Produces<CollectionJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Describe a collection");
        group.MapPut("{name}", CreateAsync).Produces<CollectionJson>().ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Make a collection").WithDescription("For the embeddings of a model (default), or for vectors of your own if only dimensions are given. The same again is no error.");
        group.MapDelete("{name}", DeleteAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete a collection").WithDescription("With all its items. Deleting one that is not there is no error.");
        group.MapPost("{name}/items", UpsertAsync).Produces<UpsertedJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Write items")
            .WithDescription("Each with one of text, image (an id or a data URL) and vector; one with a known id is replaced. A bad item fails alone, with its index; if all are bad, the request fails.");
        group.MapGet("{name}/items", ListItemsAsync).Produces<ItemPageJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Read items page by page")
            .WithDescription("In the order of their writing; filter is JSON as in a search, vectors=true sends their vectors. One that is replaced meanwhile comes again with its new state.");
        group.MapGet("{name}/items/{*id}", GetItemAsync).Produces<StoredItemJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Read an item").WithDescription("With its vector, which has length 1.");
        group.MapPost("{name}/count", CountAsync).Produces<CountJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Count items").WithDescription("Those that pass a filter.");
        group.MapPost("{name}/duplicates", DuplicatesAsync).Produces<DuplicatesJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Find near-identical items").WithDescription("In groups, the largest first. Compares every item with every other one: up to 200,000 that pass the filter.");
        group.MapDelete("{name}/items/{*id}", DeleteItemAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete an item");
        group.MapPost("{name}/search", SearchAsync).Produces<SearchJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Search")
            .WithDescription(
                "By text, image (an id or a data URL) or vector, or by several with weights (query), or like some items and unlike others (positive, negative): the nearest items by cosine "
                + "similarity, best first. filter, minScore, hybrid (words, too), mmrLambda (variety) and groupBy say which of them.");
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
        return new SearchJson([.. hits.Select(hit => new FoundJson(hit.Id, hit.Score, PayloadJson.Write(hit.Payload), hit.Group is null ? null : PayloadJson.Write(hit.Group)))]);
    }

    private static async Task<CollectionJson> GetAsync(HttpContext context, CollectionDesk collections, string name) =>
        CollectionJson.From(await collections.DescribeAsync(context.Caller(), name, context.RequestAborted));

    private static async Task<ItemPageJson> ListItemsAsync(HttpContext context, CollectionDesk collections, string name, int? pageSize, string? pageToken, string? filter, bool? vectors)
    {
        var page = await collections.ListItemsAsync(context.Caller(), name, pageSize, pageToken, filter, vectors, context.RequestAborted);
        return new ItemPageJson([.. page.Items.Select(StoredItemJson.From)], page.NextPageToken);
    }

    private static async Task<StoredItemJson> GetItemAsync(HttpContext context, CollectionDesk collections, string name, string id) =>
        StoredItemJson.From(await collections.GetItemAsync(context.Caller(), name, id, context.RequestAborted));

    private static async Task<CountJson> CountAsync(HttpContext context, CollectionDesk collections, string name, CountBody body) =>
        new(await collections.CountAsync(context.Caller(), name, body, context.RequestAborted));

    private static async Task<DuplicatesJson> DuplicatesAsync(HttpContext context, CollectionDesk collections, string name, DuplicatesBody body) =>
        new([.. (await collections.FindDuplicatesAsync(context.Caller(), name, body, context.RequestAborted))
            .Select(group => new DuplicateGroupJson(group.Score, [.. group.Items.Select(StoredItemJson.From)]))]);
}
