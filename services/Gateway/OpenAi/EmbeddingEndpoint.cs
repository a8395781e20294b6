using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Embeddings;

namespace MultiModalMesh.Gateway.OpenAi;

internal sealed record EmbeddingListJson(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("data")] IReadOnlyList<EmbeddingJson> Data,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("usage")] EmbeddingUsageJson Usage);

/// <param name="Object">embedding.</param>
/// <param name="Index">Of the input.</param>
/// <param name="Embedding">Numbers, or their 32-bit little-endian bytes in base64.</param>
internal sealed record EmbeddingJson(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("embedding")] object Embedding);

internal sealed record EmbeddingUsageJson(
    [property: JsonPropertyName("prompt_tokens")] int PromptTokens, [property: JsonPropertyName("total_tokens")] int TotalTokens);

/// <summary>POST /v1/embeddings.</summary>
internal static class EmbeddingEndpoint
{
    public static void MapEmbeddings(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/embeddings", EmbedAsync).WithTags("OpenAI")
            .Accepts<EmbeddingBody>("application/json")
            .Produces<EmbeddingListJson>()
            .Produces<OpenAiError>(StatusCodes.Status400BadRequest)
            .Produces<OpenAiError>(StatusCodes.Status404NotFound)
            .WithSummary("Embed texts and pictures")
            .WithDescription("OpenAI's embeddings; each input may be a picture, too, and pictures and texts lie in one space. Length 1, so a dot product is the cosine.");

    private static async Task<EmbeddingListJson> EmbedAsync(HttpContext context, EmbeddingDesk embeddings)
    {
        var request = EmbeddingReader.Read(await RequestObject.ReadAsync(context.Request));
        var batch = await embeddings.EncodeAsync(context.Caller(), request.Model, request.Inputs, EmbeddingUrgency.Interactive, context.RequestAborted);
        var results = batch.Results.Select(result => result.Vector ?? throw result.Error!).ToList();
        if (request.Dimensions is { } wanted && results.FirstOrDefault(vector => vector.Length != wanted) is { } other)
        {
            throw RequestObject.Refuse("dimensions", "invalid_value", $"'dimensions' is {wanted}, but the model '{batch.Model}' makes {other.Length}; leave it out.");
        }

        return new EmbeddingListJson(
            "list",
            [.. results.Select((vector, i) => new EmbeddingJson(
                "embedding", i, request.Base64 ? Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan())) : vector))],
            batch.Model.Split('@')[0],
            new EmbeddingUsageJson(batch.Tokens, batch.Tokens));
    }
}
