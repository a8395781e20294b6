namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What a turn asks of the mesh. Numbers are stored: never renumber.</summary>
[GenerateSerializer, Alias("MultiModalMesh.Skill")]
public enum Skill
{
    /// <summary>Chosen by the mesh: describe for a picture without text, answer for text with a picture in the dialogue, else chat.</summary>
    Unspecified = 0,
    Describe = 1,
    Answer = 2,
    Chat = 3,
    Search = 4,
}

/// <summary>Where a turn is in its life. Numbers are stored: never renumber.</summary>
[GenerateSerializer, Alias("MultiModalMesh.TurnState")]
public enum TurnState
{
    Pending = 1,
    Running = 2,
    Done = 3,
    Failed = 4,
    Cancelled = 5,
}

[GenerateSerializer, Immutable, Alias("MultiModalMesh.PostTurnCommand")]
public sealed record PostTurnCommand
{
    /// <summary>Chosen by the client; unique within the dialogue.</summary>
    [Id(0)] public required string RequestId { get; init; }
    [Id(1)] public string Text { get; init; } = "";

    /// <summary>Ids of stored pictures. Empty: the turn refers to the dialogue's pictures.</summary>
    [Id(2)] public IReadOnlyList<string> ImageIds { get; init; } = [];
    [Id(3)] public Skill Skill { get; init; }
    [Id(4)] public TurnOptions Options { get; init; } = new();
}

/// <summary>Knobs of one turn; zero and empty mean the default of the pack or the router.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.TurnOptions")]
public sealed record TurnOptions
{
    [Id(0)] public int MaxTokens { get; init; }
    [Id(1)] public float Temperature { get; init; }
    [Id(2)] public float TopP { get; init; }
    [Id(3)] public long Seed { get; init; }
    [Id(4)] public string Model { get; init; } = "";

    /// <summary>For <see cref="Skill.Search"/>: where to look.</summary>
    [Id(5)] public string Collection { get; init; } = "";

    /// <summary>For <see cref="Skill.Search"/>: how many hits.</summary>
    [Id(6)] public int Limit { get; init; }

    /// <summary>What the answer must look like; null: anything.</summary>
    [Id(7)] public AnswerFormat? Format { get; init; }
}

[GenerateSerializer, Immutable, Alias("MultiModalMesh.TurnUsage")]
public sealed record TurnUsage([property: Id(0)] int PromptTokens, [property: Id(1)] int CachedTokens, [property: Id(2)] int CompletionTokens);

/// <param name="Probability">That the answer is right, 0..1.</param>
/// <param name="IsUncertain">Below what all but one in twenty answers about the pack's world reach.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.TurnConfidence")]
public sealed record TurnConfidence([property: Id(0)] double Probability, [property: Id(1)] bool IsUncertain);

/// <summary>Why a turn failed; <see cref="Reason"/> is the code of an <see cref="Errors.ErrorReason"/>.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.TurnError")]
public sealed record TurnError([property: Id(0)] string Reason, [property: Id(1)] string Message);

/// <summary>A found item; <see cref="PayloadJson"/> is a JSON object.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.SearchHit")]
public sealed record SearchHit([property: Id(0)] string Id, [property: Id(1)] float Score, [property: Id(2)] string PayloadJson);

/// <summary>A turn as others see it.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.TurnView")]
public sealed record TurnView
{
    [Id(0)] public required string TurnId { get; init; }
    [Id(1)] public required string RequestId { get; init; }
    [Id(2)] public string Text { get; init; } = "";
    [Id(3)] public IReadOnlyList<string> ImageIds { get; init; } = [];

    /// <summary>The answer so far.</summary>
    [Id(4)] public string Answer { get; init; } = "";
    [Id(5)] public TurnState State { get; init; }
    [Id(6)] public TurnUsage? Usage { get; init; }
    [Id(7)] public Skill Skill { get; init; }
    [Id(8)] public DateTimeOffset CreatedAt { get; init; }
    [Id(9)] public TurnError? Error { get; init; }
    [Id(10)] public IReadOnlyList<SearchHit> Hits { get; init; } = [];

    /// <summary>The pack that answered, as "name@version".</summary>
    [Id(11)] public string Model { get; init; } = "";

    /// <summary>How sure the answer is; null where nobody knows.</summary>
    [Id(12)] public TurnConfidence? Confidence { get; init; }
}

/// <summary>One step of a turn. Sequences begin at 1 and have no gaps.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.TurnEvent")]
public sealed record TurnEvent
{
    [Id(0)] public required int Sequence { get; init; }

    /// <summary>Text to append; empty on the last event.</summary>
    [Id(1)] public string TextDelta { get; init; } = "";

    /// <summary>Set on the last event only: the turn as it ended.</summary>
    [Id(2)] public TurnView? Ended { get; init; }
}
