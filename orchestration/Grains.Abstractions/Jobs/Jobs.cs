using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Where a job is in its life. Numbers are part of the contract: never renumber.</summary>
[GenerateSerializer, Alias("MultiModalMesh.JobState")]
public enum JobState
{
    Running = 1,

    /// <summary>Every item has a result, be it an answer or an error.</summary>
    Done = 2,
    Cancelled = 3,
}

[GenerateSerializer, Immutable, Alias("MultiModalMesh.SubmitJobCommand")]
public sealed record SubmitJobCommand
{
    /// <summary>Chosen by the client; unique among the user's jobs. <see cref="JobKey.IdOf"/> makes the job's id of it.</summary>
    [Id(0)] public required string RequestId { get; init; }

    /// <summary>Describe, answer or chat; unspecified: answer if there is a text, else describe.</summary>
    [Id(1)] public Skill Skill { get; init; }

    /// <summary>What every item is asked that has no text of its own.</summary>
    [Id(2)] public string Text { get; init; } = "";

    [Id(3)] public IReadOnlyList<JobItem> Items { get; init; } = [];

    /// <summary>For every item.</summary>
    [Id(4)] public TurnOptions Options { get; init; } = new();
}

/// <param name="Id">What the client calls it, such as a file's name; may be empty. Comes back with the result.</param>
/// <param name="ImageId">Of a stored picture; empty for chat without one.</param>
/// <param name="Text">Instead of the job's; may be empty.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobItem")]
public sealed record JobItem([property: Id(0)] string Id, [property: Id(1)] string ImageId, [property: Id(2)] string Text);

/// <summary>A job as others see it.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobView")]
public sealed record JobView
{
    [Id(0)] public required string JobId { get; init; }
    [Id(1)] public required string RequestId { get; init; }
    [Id(2)] public JobState State { get; init; }
    [Id(3)] public Skill Skill { get; init; }
    [Id(4)] public int Total { get; init; }

    /// <summary>Items with an answer.</summary>
    [Id(5)] public int Done { get; init; }

    /// <summary>Items with an error.</summary>
    [Id(6)] public int Failed { get; init; }

    /// <summary>Items that are worked on now.</summary>
    [Id(7)] public int Running { get; init; }
    [Id(8)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while it runs.</summary>
    [Id(9)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>By the pace of the last minute; null if that is not known.</summary>
    [Id(10)] public TimeSpan? Remaining { get; init; }
}

/// <summary>What became of one item.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobResult")]
public sealed record JobResult
{
    /// <summary>1 for the first that was stored, without gaps.</summary>
    [Id(0)] public required int Number { get; init; }

    /// <summary>The item's place in the command, from 0.</summary>
    [Id(1)] public required int Index { get; init; }
    [Id(2)] public required JobItem Item { get; init; }
    [Id(3)] public string Answer { get; init; } = "";

    /// <summary>Why there is no answer.</summary>
    [Id(4)] public TurnError? Error { get; init; }
    [Id(5)] public TurnUsage? Usage { get; init; }

    /// <summary>The pack that answered, as "name@version".</summary>
    [Id(6)] public string Model { get; init; } = "";
}

/// <param name="Results">Numbers without gaps.</param>
/// <param name="Job">As it stood when they were read.</param>
/// <param name="IsLast">The job has ended and these are its last results.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobResultPage")]
public sealed record JobResultPage([property: Id(0)] IReadOnlyList<JobResult> Results, [property: Id(1)] JobView Job, [property: Id(2)] bool IsLast);

[GenerateSerializer, Immutable, Alias("MultiModalMesh.JobPage")]
public sealed record JobPage([property: Id(0)] IReadOnlyList<JobView> Jobs, [property: Id(1)] string NextPageToken);
