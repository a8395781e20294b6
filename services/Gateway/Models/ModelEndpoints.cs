using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MultiModalMesh.Gateway.Models;

/// <summary>A model as OpenAI's API lists it, with what ours can do.</summary>
internal sealed record ModelJson(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("owned_by")] string OwnedBy,
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("capabilities")] IReadOnlyList<string> Capabilities,
    [property: JsonPropertyName("dimensions")] int? Dimensions)
{
    // A pack has no date of birth; clients only want a number.
    public static ModelJson From(ServedModel model) =>
        new(model.Name, "model", 0, "multimodalmesh", model.Version, model.Capabilities, model.Dimensions == 0 ? null : model.Dimensions);
}

internal sealed record ModelListJson(
    [property: JsonPropertyName("object")] string Object, [property: JsonPropertyName("data")] IReadOnlyList<ModelJson> Data);

/// <summary>/v1/models.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/models").WithTags("OpenAI");
        group.MapGet("", async (HttpContext context, ModelDirectory models) =>
                new ModelListJson("list", [.. (await models.ListModelsAsync(context.RequestAborted)).Select(ModelJson.From)]))
            .Produces<ModelListJson>()
            .WithSummary("List models").WithDescription("The model packs that workers serve now, and what each can do.");
        group.MapGet("{id}", async (HttpContext context, ModelDirectory models, string id) => ModelJson.From(await models.GetAsync(id, context.RequestAborted)))
            .Produces<ModelJson>().Produces<OpenAi.OpenAiError>(StatusCodes.Status404NotFound)
            .WithSummary("Read a model");
    }
}
