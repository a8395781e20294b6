using System.Globalization;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Reports;

/// <summary>A table of a report; the first column is text, the others are figures.</summary>
public sealed record ReportTable(string Title, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Every table that the report has, in its order.</summary>
    /// <param name="report">What is told.</param>
    /// <param name="narrow">Leaves the intervals of slices out, which a terminal has no room for.</param>
    public static IReadOnlyList<ReportTable> Of(EvaluationReport report, bool narrow = false)
    {
        var tables = new List<ReportTable>
        {
            new("Scores", ["Metric", "Value", "Interval"], [.. report.Metrics.Select(metric => (string[])[metric.Name, Figure(metric.Value), Interval(metric)])]),
        };
        if (report.Comparison is { } comparison)
        {
            tables.Add(new ReportTable(
                $"Compared with {comparison.Other}",
                ["Metric", "This", "Other", "Difference", "Interval", "p"],
                [.. comparison.Metrics.Select(metric => (string[])
                    [metric.Name, Figure(metric.Value), Figure(metric.Other), Figure(metric.Difference.Value), Interval(metric.Difference), Figure(metric.PValue)])]));
        }

        foreach (var slice in report.Slices)
        {
            tables.Add(new ReportTable(
                $"By {slice.Column}",
                [slice.Column, "Items", .. slice.Gaps.Select(gap => gap.Name)],
                [
                    .. slice.Groups.Select(group => (string[])
                        [group.Value, group.Items.ToString(CultureInfo.InvariantCulture), .. group.Scores.Select(Cell)]),
                    ["gap", "", .. slice.Gaps.Select(Cell)],
                ]));
        }

        return tables;

        string Cell(Estimate estimate) => narrow ? Figure(estimate.Value) : $"{Figure(estimate.Value)} {Interval(estimate)}".TrimEnd();
    }

    public static string Figure(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";

    private static string Interval(Estimate estimate) =>
        estimate.Low is null ? "" : string.Create(CultureInfo.InvariantCulture, $"[{Figure(estimate.Low)}, {Figure(estimate.High)}]");
}
