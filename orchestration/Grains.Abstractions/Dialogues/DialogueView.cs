namespace MultiModalMesh.Grains.Dialogues;

/// <summary>A dialogue with its turns, oldest first.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.DialogueView")]
public sealed record DialogueView
{
    [Id(0)] public required string DialogueId { get; init; }
    [Id(1)] public required string Title { get; init; }
    [Id(2)] public DateTimeOffset CreatedAt { get; init; }
    [Id(3)] public DateTimeOffset UpdatedAt { get; init; }
    [Id(4)] public IReadOnlyList<TurnView> Turns { get; init; } = [];
}

/// <summary>A dialogue as a list shows it.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.DialogueSummary")]
public sealed record DialogueSummary
{
    [Id(0)] public required string DialogueId { get; init; }
    [Id(1)] public required string Title { get; init; }
    [Id(2)] public DateTimeOffset CreatedAt { get; init; }
    [Id(3)] public DateTimeOffset UpdatedAt { get; init; }
    [Id(4)] public int TurnCount { get; init; }
}

[GenerateSerializer, Immutable, Alias("MultiModalMesh.DialoguePage")]
public sealed record DialoguePage([property: Id(0)] IReadOnlyList<DialogueSummary> Dialogues, [property: Id(1)] string NextPageToken);
