using System.Text.Json.Serialization;
using MultiModalMesh.Evaluation.Scoring;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Reports;

/// <summary>What was evaluated.</summary>
/// <param name="Task">caption, vqa, retrieval, classify or dialogue.</param>
/// <param name="Model">The model, or the file of its answers.</param>
/// <param name="DataSet">The file or folder.</param>
public sealed record ReportSubject(string Task, string Model, string DataSet);

/// <summary>How this run differs from another on the same items.</summary>
public sealed record ReportComparison(string Other, IReadOnlyList<MetricComparison> Metrics);

/// <summary>An item of the worst.</summary>
/// <param name="Id">Of the item.</param>
/// <param name="Picture">Its name.</param>
/// <param name="Question">If it has one.</param>
/// <param name="Answer">The model's.</param>
/// <param name="Expected">People's.</param>
/// <param name="Score">The lower, the worse.</param>
/// <param name="Error">Why there is no answer.</param>
public sealed record WorstItem(string Id, string? Picture, string? Question, string Answer, IReadOnlyList<string> Expected, double Score, string? Error)
{
    /// <summary>Where the picture comes from.</summary>
    [JsonIgnore]
    public Items.Picture? Source { get; init; }
}

/// <summary>An item that has no answer, and why.</summary>
public sealed record ItemFailure(string Id, string Error);

/// <summary>The figures of one run, for people and programs.</summary>
public sealed record EvaluationReport(
    ReportSubject Subject,
    int Items,
    IReadOnlyList<ItemFailure> Failures,
    Resampling Resampling,
    IReadOnlyList<Estimate> Metrics,
    IReadOnlyList<Slice> Slices,
    ReportComparison? Comparison,
    IReadOnlyList<WorstItem> Worst,
    IReadOnlyList<string> Notes)
{
    /// <summary>How many items have no answer; they count as answered with nothing.</summary>
    public int Failed => Failures.Count;

    /// <param name="subject">What was evaluated.</param>
    /// <param name="run">Its scores.</param>
    /// <param name="other">Another run of the same items in the same order, with its name.</param>
    /// <param name="columns">To slice by.</param>
    /// <param name="worst">How many of the worst items to list.</param>
    /// <param name="resampling">For intervals and tests.</param>
    public static EvaluationReport Create(
        ReportSubject subject, ScoredRun run, (string Name, ScoredRun Run)? other, IReadOnlyList<string> columns, int worst, Resampling resampling) => new(
            subject,
            run.Items.Count,
            [.. run.Items.Where(item => item.Error is not null).Select(item => new ItemFailure(item.Item.Id, item.Error!))],
            resampling,
            Bootstrap.Estimates(run.Metrics, resampling),
            [.. columns.Select(column => Slicing.By(column, [.. run.Items.Select(item => item.Item.Metadata.GetValueOrDefault(column))], run.Metrics, resampling))],
            other is { } pair ? new ReportComparison(pair.Name, PairedComparison.Compare(run.Metrics, pair.Run.Metrics, resampling)) : null,
            [.. run.Items.OrderBy(item => item.Score).Take(worst).Select(item => new WorstItem(
                item.Item.Id, item.Item.Picture?.Name, item.Item.Question, item.Answer, item.Expected, double.IsFinite(item.Score) ? item.Score : 0, item.Error) { Source = item.Item.Picture })],
            [
                .. run.Notes,
                .. (string[])(columns.Count == 0 ? [] : ["Gap: the best group minus the worst; of many small groups it is large by chance alone."]),
                resampling.Rounds == 0
                    ? "No intervals: --rounds 0."
                    : $"Intervals: {resampling.Confidence:P0} percentile bootstrap, {resampling.Rounds} rounds, seed {resampling.Seed}"
                        + (other is null ? "." : "; p: two-sided approximate randomisation, not corrected for the number of metrics."),
            ]);
}
