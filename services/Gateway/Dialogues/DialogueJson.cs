using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.OpenAi;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>Body of POST …/turns.</summary>
/// <param name="RequestId">Chosen by the client, unique in the dialogue; the same again gives the same turn.</param>
/// <param name="Text">At most 16 KiB; may be left out if there is a picture.</param>
/// <param name="Images">At most 8 picture ids or data URLs. None: the turn is about the dialogue's pictures.</param>
/// <param name="Skill">describe, answer, chat or search; left out: chosen by the mesh.</param>
/// <param name="MaxTokens">1..4096.</param>
/// <param name="Temperature">0 (default, the likeliest words) to 2.</param>
/// <param name="TopP">Above 0, at most 1.</param>
/// <param name="Seed">Same seed, same answer.</param>
/// <param name="Model">Name of a model pack; left out: chosen by the mesh.</param>
/// <param name="Collection">For search: where to look.</param>
/// <param name="Limit">For search: how many hits, 1..100.</param>
/// <param name="ResponseFormat">
/// What the answer must look like, as OpenAI's <c>response_format</c>: <c>{"type":"json_object"}</c> or
/// <c>{"type":"json_schema","json_schema":{"schema":{…}}}</c>. One that the model cannot keep fails the turn.
/// </param>
/// <param name="Choices">The answer is exactly one of these; not with a responseFormat.</param>
internal sealed record PostTurnBody(
    string? RequestId,
    string? Text = null,
    IReadOnlyList<string>? Images = null,
    string? Skill = null,
    int? MaxTokens = null,
    float? Temperature = null,
    float? TopP = null,
    long? Seed = null,
    string? Model = null,
    string? Collection = null,
    int? Limit = null,
    JsonElement? ResponseFormat = null,
    IReadOnlyList<string>? Choices = null)
{
    public PostTurnCommand ToCommand() => new()
    {
        RequestId = RequestId ?? "",
        Text = Text ?? "",
        ImageIds = Images ?? [],
        Skill = SkillNames.Parse(Skill),
        Options = AnswerOptionsReader.Read(MaxTokens, Temperature, TopP, Seed, Model, ResponseFormat, Choices) with { Collection = Collection ?? "", Limit = Limit ?? 0 },
    };
}

/// <summary>A turn that is on disk.</summary>
internal sealed record PostedTurn(string TurnId, string RequestId, string State);

internal sealed record UsageJson(int PromptTokens, int CachedTokens, int CompletionTokens);

internal sealed record TurnErrorJson(string Reason, string Message);

internal sealed record HitJson(string Id, float Score, JsonElement Payload);

internal sealed record TurnJson(
    string TurnId,
    string RequestId,
    string Text,
    IReadOnlyList<string> Images,
    string Answer,
    string State,
    UsageJson? Usage,
    string? Skill,
    string? Model,
    IReadOnlyList<HitJson> Hits,
    TurnErrorJson? Error,
    DateTimeOffset CreatedAt,
    double? Confidence = null,
    bool? Uncertain = null)
{
    public static TurnJson From(TurnView turn) => new(
        turn.TurnId,
        turn.RequestId,
        turn.Text,
        turn.ImageIds,
        turn.Answer,
        StateNames.Of(turn.State),
        turn.Usage is { } usage ? new UsageJson(usage.PromptTokens, usage.CachedTokens, usage.CompletionTokens) : null,
        turn.Skill == Grains.Dialogues.Skill.Unspecified ? null : SkillNames.Of(turn.Skill),
        turn.Model.Length == 0 ? null : turn.Model,
        [.. turn.Hits.Select(hit => new HitJson(hit.Id, hit.Score, JsonSerializer.Deserialize<JsonElement>(hit.PayloadJson.Length == 0 ? "{}" : hit.PayloadJson)))],
        turn.Error is { } error ? new TurnErrorJson(error.Reason, error.Message) : null,
        turn.CreatedAt,
        turn.Confidence?.Probability,
        turn.Confidence?.IsUncertain);
}

internal sealed record DialogueJson(string Id, string Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<TurnJson> Turns)
{
    public static DialogueJson From(DialogueView view) =>
        new(view.DialogueId, view.Title, view.CreatedAt, view.UpdatedAt, [.. view.Turns.Select(TurnJson.From)]);
}

internal sealed record DialogueSummaryJson(string Id, string Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int TurnCount);

internal sealed record DialogueListJson(IReadOnlyList<DialogueSummaryJson> Dialogues, string NextPageToken)
{
    public static DialogueListJson From(DialoguePage page) => new(
        [.. page.Dialogues.Select(d => new DialogueSummaryJson(d.DialogueId, d.Title, d.CreatedAt, d.UpdatedAt, d.TurnCount))], page.NextPageToken);
}

internal static class SkillNames
{
    public static Skill Parse(string? name) => name switch
    {
        null or "" => Skill.Unspecified,
        "describe" => Skill.Describe,
        "answer" => Skill.Answer,
        "chat" => Skill.Chat,
        "search" => Skill.Search,
        _ => throw new MeshException(ErrorReason.InvalidRequest, $"There is no skill '{name}'; there are describe, answer, chat and search.") { Field = "skill" },
    };

    public static string Of(Skill skill) => skill.ToString().ToLowerInvariant();
}

internal static class StateNames
{
    public static string Of(TurnState state) => state.ToString().ToLowerInvariant();
}
