using System.Collections.Immutable;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Some of a job's results as they are stored, in the order of their numbers.</summary>
internal sealed record ResultPage
{
    public ImmutableList<ResultRecord> Results { get; init; } = [];
}

/// <param name="Index">The item's place among the items.</param>
/// <param name="Answer">Null if it failed.</param>
/// <param name="Error">Null if it was answered.</param>
internal sealed record ResultRecord(int Index, string? Answer, TurnError? Error, TurnUsage? Usage, string? Model)
{
    public JobResult ToView(int number, JobItemRecord item) => new()
    {
        Number = number,
        Index = Index,
        Item = item.ToView(),
        Answer = Answer ?? "",
        Error = Error,
        Usage = Usage,
        Model = Model ?? "",
    };
}
