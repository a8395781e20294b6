using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Scoring;

/// <summary>An item with what was answered, what was expected and how good it is; worse items have lower scores.</summary>
public sealed record ScoredItem(EvaluationItem Item, string Answer, IReadOnlyList<string> Expected, double Score, string? Error);

/// <summary>A run's metrics, all of the same items in the same order.</summary>
/// <param name="Metrics">In the order of a report.</param>
/// <param name="Items">One an entry of every metric.</param>
/// <param name="Notes">What a reader of the figures must know.</param>
public sealed record ScoredRun(IReadOnlyList<Metric> Metrics, IReadOnlyList<ScoredItem> Items, IReadOnlyList<string> Notes);
