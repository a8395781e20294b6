using System.Diagnostics;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.Grains.Telemetry;

/// <summary>The spans of a turn, from the moment work on it begins until its end is on disk, and of an item of a job.</summary>
internal static class GrainTelemetry
{
    public const string SourceName = "MultiModalMesh.Grains";

    private static readonly ActivitySource Source = new(SourceName);

    /// <param name="key">Whose dialogue.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="parent">The call that posted the turn; default after a restart.</param>
    public static Activity? StartTurn(DialogueKey key, TurnRecord turn, ActivityContext parent)
    {
        // Not a child of whatever ran when the dialogue was woken, which may be another turn.
        Activity.Current = null;
        var activity = Source.StartActivity($"turn {Name(turn.Skill)}", ActivityKind.Internal, parent);
        activity?.SetTag(GenAiNames.ConversationId, key.Dialogue);
        activity?.SetTag("mesh.turn.id", turn.TurnId);
        activity?.SetTag("mesh.turn.skill", Name(turn.Skill));
        return activity;
    }

    public static Activity? StartItem(JobKey key, Skill skill, int index)
    {
        Activity.Current = null;
        var activity = Source.StartActivity($"job item {Name(skill)}", ActivityKind.Internal);
        activity?.SetTag("mesh.job.id", key.Job);
        activity?.SetTag("mesh.job.item", index);
        return activity;
    }

    public static void Ended(this Activity? activity, TurnRecord turn)
    {
        activity?.SetTag("mesh.turn.state", turn.State.ToString().ToLowerInvariant());
        activity?.SetTag(GenAiNames.ResponseModel, turn.Model);
        if (turn.Usage is { } usage)
        {
            activity?.SetTag(GenAiNames.UsageInputTokens, usage.PromptTokens);
            activity?.SetTag(GenAiNames.UsageOutputTokens, usage.CompletionTokens);
        }

        if (turn.Error is { } error)
        {
            activity?.SetTag(GenAiNames.ErrorType, error.Reason);
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
        }
    }

    public static string Name(Skill skill) => skill switch
    {
        Skill.Describe => "describe",
        Skill.Answer => "answer",
        Skill.Search => "search",
        _ => "chat",
    };
}
