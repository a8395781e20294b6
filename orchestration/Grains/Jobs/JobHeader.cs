using System.Text.Json.Serialization;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Stored: never renumber.</summary>
internal enum JobPhase
{
    None = 0,

    /// <summary>Its items are being written; it is not acknowledged. A crash leaves it so, and what is there is taken away.</summary>
    Receiving = 1,
    Running = 2,
    Done = 3,
    Cancelled = 4,

    /// <summary>Deleted; items, results and pictures are still to be erased.</summary>
    Erasing = 5,
}

/// <summary>
/// What a job is, without its items (<see cref="JobItems"/>) and results (<see cref="ResultLog"/>). It is written when the job changes its phase
/// and not when it gets on. Fields may be added, never renamed.
/// </summary>
internal sealed record JobHeader : IUnfinishedWork
{
    public JobPhase Phase { get; init; }
    public string RequestId { get; init; } = "";

    /// <summary>SHA-256 of the command: the same request id must ask for the same again.</summary>
    public string CommandHash { get; init; } = "";
    public Skill Skill { get; init; }
    public string Text { get; init; } = "";
    public TurnOptions Options { get; init; } = new();

    /// <summary>Chosen when the job was submitted if the client named none, so that what has to be done again draws the same.</summary>
    public long Seed { get; init; }
    public int Total { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Set when it has ended; before, the results are counted.</summary>
    public int Succeeded { get; init; }

    /// <inheritdoc cref="Succeeded"/>
    public int Failed { get; init; }

    /// <summary>How often the erasure failed. Written, so that those that fail come behind the others when unfinished work is looked for.</summary>
    public int EraseFailures { get; init; }

    [JsonIgnore]
    public bool IsUnfinished => Phase is JobPhase.Receiving or JobPhase.Running or JobPhase.Erasing;

    [JsonIgnore]
    public bool HasEnded => Phase is JobPhase.Done or JobPhase.Cancelled;

    [JsonIgnore]
    public bool IsAJob => Phase == JobPhase.Running || HasEnded;
}

/// <summary>
/// When a job that has ended is to be deleted: an unfinished piece of work of its own, so that the oldest are found by the store's index and
/// running jobs are not in the way.
/// </summary>
internal sealed record JobExpiry : IUnfinishedWork
{
    public const string StateName = "job-expiry";

    public DateTimeOffset EndedAt { get; init; }

    [JsonIgnore]
    public bool IsUnfinished => true;
}
