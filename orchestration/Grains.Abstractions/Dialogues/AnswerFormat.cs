namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What an answer must look like: one of the choices, or JSON of the schema. Exactly one of the two is set.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.AnswerFormat")]
public sealed record AnswerFormat
{
    [Id(0)] public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>A JSON object as text; empty where there are choices.</summary>
    [Id(1)] public string JsonSchema { get; init; } = "";

    // By content: whether a request id asks for the same turn again is a question of equality.
    public bool Equals(AnswerFormat? other) => other is not null && JsonSchema == other.JsonSchema && Choices.SequenceEqual(other.Choices, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(JsonSchema, Choices.Count);
}
