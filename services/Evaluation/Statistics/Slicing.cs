namespace MultiModalMesh.Evaluation.Statistics;

/// <summary>The items that have one value in a column.</summary>
public sealed record GroupScores(string Value, int Items, IReadOnlyList<Estimate> Scores);

/// <summary>A column's groups, and the gap of each metric: the best group minus the worst.</summary>
public sealed record Slice(string Column, IReadOnlyList<GroupScores> Groups, IReadOnlyList<Estimate> Gaps);

/// <summary>Scores by group.</summary>
public static class Slicing
{
    /// <summary>What items without a value in the column are called.</summary>
    public const string NoValue = "(none)";

    /// <param name="column">Name for the report.</param>
    /// <param name="values">Of the column, one an item; null where an item has none.</param>
    /// <param name="metrics">Of the same items.</param>
    /// <param name="resampling">Every group is resampled by itself, so that its size stays.</param>
    public static Slice By(string column, IReadOnlyList<string?> values, IReadOnlyList<Metric> metrics, Resampling resampling)
    {
        var groups = values
            .Select((value, item) => (Value: value ?? NoValue, Item: item))
            .GroupBy(pair => pair.Value, pair => pair.Item, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, Items: group.ToArray()))
            .ToArray();
        var random = new Random(resampling.Seed);
        var drawn = groups.Select(_ => metrics.Select(_ => new double[resampling.Rounds]).ToArray()).ToArray();
        for (var g = 0; g < groups.Length; g++)
        {
            var chosen = new int[groups[g].Items.Length];
            for (var round = 0; round < resampling.Rounds; round++)
            {
                Bootstrap.Draw(random, groups[g].Items, chosen);
                for (var m = 0; m < metrics.Count; m++)
                {
                    drawn[g][m][round] = metrics[m].Of(chosen);
                }
            }
        }

        return new Slice(
            column,
            [.. groups.Select((group, g) => new GroupScores(
                group.Key,
                group.Items.Length,
                [.. metrics.Select((metric, m) => Bootstrap.Estimate(metric.Name, metric.Of(group.Items), drawn[g][m], resampling.Confidence))]))],
            [.. metrics.Select((metric, m) => Bootstrap.Estimate(
                metric.Name,
                Gap(groups.Select(group => metric.Of(group.Items))),
                [.. Enumerable.Range(0, resampling.Rounds).Select(round => Gap(drawn.Select(group => group[m][round])))],
                resampling.Confidence))]);
    }

    private static double Gap(IEnumerable<double> scores)
    {
        var finite = scores.Where(double.IsFinite).ToArray();
        return finite.Length == 0 ? double.NaN : finite.Max() - finite.Min();
    }
}
