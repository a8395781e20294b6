using System.Text.Json;
using System.Text.Json.Serialization;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Gateway.Jobs;

/// <summary>Body of POST /api/jobs.</summary>
/// <param name="RequestId">Chosen by the client, unique among its jobs; the same again gives the same job.</param>
/// <param name="Items">1 to 10,000.</param>
/// <param name="Skill">describe, answer or chat; left out: answer if there is a text, else describe.</param>
/// <param name="Text">What every item is asked that has no text of its own. At most 16 KiB.</param>
/// <param name="MaxTokens">1..4096, for every item.</param>
/// <param name="Temperature">0 (default, the likeliest words) to 2.</param>
/// <param name="TopP">Above 0, at most 1.</param>
/// <param name="Seed">Same seed, same answers.</param>
/// <param name="Model">Name of a model pack; left out: chosen by the mesh.</param>
/// <param name="ResponseFormat">What every answer must look like, as OpenAI's <c>response_format</c>. One that the model cannot keep fails every item.</param>
/// <param name="Choices">Every answer is exactly one of these; not with a responseFormat.</param>
internal sealed record SubmitJobBody(
    string? RequestId,
    IReadOnlyList<JobItemBody?>? Items,
    string? Skill = null,
    string? Text = null,
    int? MaxTokens = null,
    float? Temperature = null,
    float? TopP = null,
    long? Seed = null,
    string? Model = null,
    JsonElement? ResponseFormat = null,
    IReadOnlyList<string>? Choices = null)
{
    public SubmitJobCommand ToCommand() => new()
    {
        RequestId = RequestId ?? "",
        Items = [.. (Items ?? []).Select(item => new JobItem(item?.Id ?? "", item?.Image ?? "", item?.Text ?? ""))],
        Skill = SkillNames.Parse(Skill),
        Text = Text ?? "",
        Options = AnswerOptionsReader.Read(MaxTokens, Temperature, TopP, Seed, Model, ResponseFormat, Choices),
    };
}

/// <param name="Image">Id of a stored picture; one that is not there fails this item and not the job.</param>
/// <param name="Text">Instead of the job's; at most 16 KiB, all texts of a job 4 MiB.</param>
/// <param name="Id">What the client calls it, at most 256 characters; comes back with the result.</param>
internal sealed record JobItemBody(string? Image, string? Text = null, string? Id = null);

/// <param name="Id">Follows from the request id.</param>
/// <param name="State">running, done (every item has a result, be it an answer or an error) or cancelled.</param>
/// <param name="Total">Items.</param>
/// <param name="Done">Items with an answer.</param>
/// <param name="Failed">Items with an error.</param>
/// <param name="Running">Items that are worked on now.</param>
/// <param name="EndedAt">Null while it runs.</param>
/// <param name="RemainingSeconds">By the pace of the last minute; null if that is not known.</param>
internal sealed record JobJson(
    string Id,
    string RequestId,
    string State,
    string Skill,
    int Total,
    int Done,
    int Failed,
    int Running,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    double? RemainingSeconds)
{
    public static JobJson From(JobView job) => new(
        job.JobId,
        job.RequestId,
        job.State.ToString().ToLowerInvariant(),
        SkillNames.Of(job.Skill),
        job.Total,
        job.Done,
        job.Failed,
        job.Running,
        job.CreatedAt,
        job.EndedAt,
        job.Remaining is { } remaining ? Math.Round(remaining.TotalSeconds, 1) : null);
}

internal sealed record JobListJson(IReadOnlyList<JobJson> Jobs, string NextPageToken);

/// <summary>One line of a job's results: an answer or an error.</summary>
/// <param name="Number">1 for the first that was stored, without gaps; a number that was sent keeps its content.</param>
/// <param name="Index">The item's place in the request, from 0.</param>
internal sealed record JobResultJson(
    int Number,
    int Index,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Image,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Answer,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TurnErrorJson? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UsageJson? Usage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model)
{
    public static JobResultJson From(JobResult result) => new(
        result.Number,
        result.Index,
        NullIfEmpty(result.Item.Id),
        NullIfEmpty(result.Item.ImageId),
        NullIfEmpty(result.Item.Text),
        result.Error is null ? result.Answer : null,
        result.Error is { } error ? new TurnErrorJson(error.Reason, error.Message) : null,
        result.Usage is { } usage ? new UsageJson(usage.PromptTokens, usage.CachedTokens, usage.CompletionTokens) : null,
        NullIfEmpty(result.Model));

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
