namespace MultiModalMesh.Evaluation.Statistics;

/// <summary>One metric of two runs on the same items.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="Value">This run's.</param>
/// <param name="Other">The other run's.</param>
/// <param name="Difference">This minus other, with the interval of a paired bootstrap.</param>
/// <param name="PValue">Two-sided, by approximate randomisation: how often runs whose answers were swapped at random differ at least as much.</param>
public sealed record MetricComparison(string Name, double? Value, double? Other, Estimate Difference, double? PValue);

/// <summary>Says whether two runs differ by more than chance would make them.</summary>
public static class PairedComparison
{
    /// <param name="metrics">One run's.</param>
    /// <param name="others">The other's: the same metrics of the same items in the same order.</param>
    /// <param name="resampling">How often, and from which seed.</param>
    public static IReadOnlyList<MetricComparison> Compare(IReadOnlyList<Metric> metrics, IReadOnlyList<Metric> others, Resampling resampling) =>
        [.. metrics.Zip(others, (metric, other) => Compare(metric, other, resampling))];

    private static MetricComparison Compare(Metric metric, Metric other, Resampling resampling)
    {
        if (metric.Count != other.Count || metric.Name != other.Name)
        {
            throw new ArgumentException($"'{metric.Name}' of {metric.Count} items cannot be paired with '{other.Name}' of {other.Count}.", nameof(other));
        }

        var items = Enumerable.Range(0, metric.Count).ToArray();
        var observed = metric.Value - other.Value;
        var both = metric.Followed(other);
        var random = new Random(resampling.Seed);
        var drawn = new double[resampling.Rounds];
        int[] chosen = new int[items.Length], left = new int[items.Length], right = new int[items.Length];
        var asFar = 0;
        for (var round = 0; round < resampling.Rounds; round++)
        {
            Bootstrap.Draw(random, items, chosen);
            drawn[round] = metric.Of(chosen) - other.Of(chosen);
            for (var i = 0; i < items.Length; i++)
            {
                var swap = random.Next(2) * items.Length;
                (left[i], right[i]) = (i + swap, i + items.Length - swap);
            }

            // Rounding must not make a swap of equal answers look smaller than the difference that was seen.
            asFar += Math.Abs(both.Of(left) - both.Of(right)) >= Math.Abs(observed) - 1e-12 ? 1 : 0;
        }

        return new MetricComparison(
            metric.Name,
            Bootstrap.Finite(metric.Value),
            Bootstrap.Finite(other.Value),
            Bootstrap.Estimate(metric.Name, observed, drawn, resampling.Confidence),
            resampling.Rounds == 0 || !double.IsFinite(observed) ? null : (asFar + 1.0) / (resampling.Rounds + 1));
    }
}
