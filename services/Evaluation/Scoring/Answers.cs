using System.Runtime.InteropServices;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.ModelRuns;

namespace MultiModalMesh.Evaluation.Scoring;

/// <summary>A run's answers beside the items they are to.</summary>
/// <param name="name">Of the file, for messages.</param>
/// <param name="predictions">What it has.</param>
public sealed class Answers(string name, IReadOnlyDictionary<(string Id, string? Part), Prediction> predictions)
{
    public string Name { get; } = name;

    /// <summary>Refuses answers to ids that the data set has not.</summary>
    /// <exception cref="MeshException">EvaluationFileInvalid, with the first such id.</exception>
    public Answers CheckedAgainst(EvaluationSet set)
    {
        foreach (var prediction in predictions.Values)
        {
            // Classes are embedded, too, and are no items.
            if (prediction.Part != TextPart(0) && !set.Knows(prediction.Id))
            {
                throw new DataFile(Name).Refuse($"id '{prediction.Id}'", $"'{set.Name}' has no such id");
            }
        }

        return this;
    }

    /// <summary>Whether there is an answer, or a failure, for the item.</summary>
    public bool Has(EvaluationItem item) => predictions.ContainsKey((item.Id, null)) || predictions.ContainsKey((item.Id, PicturePart));

    /// <exception cref="MeshException">EvaluationCandidateMissing: there is not even a failure.</exception>
    public Prediction Of(EvaluationItem item) => Find(item.Id, null);

    /// <summary>A vector, empty where embedding failed, and the failure.</summary>
    /// <exception cref="MeshException">EvaluationCandidateMissing: there is not even a failure.</exception>
    public (float[] Vector, string? Error) Vector(string id, string part)
    {
        var prediction = Find(id, part);
        return (prediction.Vector is { } bytes ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : [], prediction.Error?.Message);
    }

    public static string PicturePart => "picture";

    public static string TextPart(int index) => $"text:{index}";

    private Prediction Find(string id, string? part) => predictions.TryGetValue((id, part), out var prediction)
        ? prediction
        : throw new MeshException(
            ErrorReason.EvaluationCandidateMissing,
            $"'{Name}' has no {(part is null ? "answer" : $"vector ({part})")} for id '{id}'. Add it, or score only the items that have one with --subset.")
        {
            Metadata = new Dictionary<string, string> { ["file"] = Name, ["id"] = id },
        };
}
