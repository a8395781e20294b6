using System.Text.Json.Serialization;

namespace MultiModalMesh.Evaluation.ModelRuns;

/// <summary>What a model said to one item: a text, a text for every turn, a vector, or why there is none. A line of a run file.</summary>
/// <param name="Id">Of the item.</param>
public sealed record Prediction(string Id)
{
    /// <summary>The same id may have vectors of its picture and of its texts; empty for answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Part { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Answer { get; init; }

    /// <summary>One a turn.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Answers { get; init; }

    /// <summary>Of length 1; 32-bit little-endian numbers in base64 where it is stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Vector { get; init; }

    /// <summary>The picture's name, so that people can be shown what was answered to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Picture { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Question { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PredictionError? Error { get; init; }

    [JsonIgnore]
    public (string Id, string? Part) Key => (Id, Part);
}

/// <summary>Why an item has no answer.</summary>
public sealed record PredictionError(string Reason, string Message);
