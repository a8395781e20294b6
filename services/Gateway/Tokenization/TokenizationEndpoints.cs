using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Tokenization;

/// <param name="Text">At most 64 KiB.</param>
/// <param name="Model">Name of a pack; left out: the default one.</param>
/// <param name="AddSpecialTokens">Add what the tokenizer puts around a text: begin, end. Default true.</param>
internal sealed record TokenizeBody(string? Text, string? Model = null, bool AddSpecialTokens = true);

/// <param name="Ids">Token ids.</param>
/// <param name="Model">The pack whose tokenizer it is, as "name@version".</param>
internal sealed record TokenizedJson(IReadOnlyList<int> Ids, string Model);

/// <param name="Ids">At most 65,536 ids of the pack's vocabulary.</param>
/// <param name="Model">Name of a pack; left out: the default one.</param>
/// <param name="SkipSpecialTokens">Leave control tokens out of the text. Default false.</param>
internal sealed record DetokenizeBody(IReadOnlyList<int>? Ids, string? Model = null, bool SkipSpecialTokens = false);

/// <param name="Text">What the tokens spell; U+FFFD for bytes that are no UTF-8.</param>
/// <param name="Model">The pack whose tokenizer it is, as "name@version".</param>
internal sealed record DetokenizedJson(string Text, string Model);

/// <summary>/api/tokenize and /api/detokenize.</summary>
internal static class TokenizationEndpoints
{
    public static void MapTokenization(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/tokenize", TokenizeAsync).WithTags("Models")
            .Produces<TokenizedJson>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Text to token ids")
            .WithDescription("As the model's tokenizer does it, for every model that reads text. Control tokens in the text are control tokens; nothing is cut off.");
        routes.MapPost("/api/detokenize", DetokenizeAsync).WithTags("Models")
            .Produces<DetokenizedJson>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Token ids to text");
    }

    private static async Task<TokenizedJson> TokenizeAsync(HttpContext context, TokenizationDesk desk, TokenizeBody body)
    {
        var tokenized = await desk.TokenizeAsync(Named(body.Model), body.Text ?? throw Missing("text"), body.AddSpecialTokens, context.RequestAborted);
        return new TokenizedJson(tokenized.Ids, tokenized.Model);
    }

    private static async Task<DetokenizedJson> DetokenizeAsync(HttpContext context, TokenizationDesk desk, DetokenizeBody body)
    {
        var detokenized = await desk.DetokenizeAsync(Named(body.Model), body.Ids ?? throw Missing("ids"), body.SkipSpecialTokens, context.RequestAborted);
        return new DetokenizedJson(detokenized.Text, detokenized.Model);
    }

    private static string Named(string? model) => model is null or "default" ? "" : model;

    private static MeshException Missing(string field) => new(ErrorReason.InvalidRequest, $"'{field}' is missing.") { Field = field };
}
