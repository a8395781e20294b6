namespace MultiModalMesh.Evaluation.Statistics;

/// <param name="Rounds">Resampled sets; 0 leaves intervals and tests out.</param>
/// <param name="Seed">The same seed gives the same intervals.</param>
/// <param name="Confidence">Of the intervals, 0 to 1.</param>
public sealed record Resampling(int Rounds = 1000, int Seed = 1, double Confidence = 0.95);

/// <summary>A figure with its percentile interval; the bounds are null where there was no resampling, the value where no item has a say in it.</summary>
public sealed record Estimate(string Name, double? Value, double? Low, double? High);

/// <summary>Percentile bootstrap: sets of the same size drawn with replacement, the same sets for every metric.</summary>
public static class Bootstrap
{
    public static IReadOnlyList<Estimate> Estimates(IReadOnlyList<Metric> metrics, Resampling resampling) =>
        metrics.Count == 0 ? [] : Estimates(metrics, [.. Enumerable.Range(0, metrics[0].Count)], resampling);

    /// <param name="metrics">All of the same items.</param>
    /// <param name="items">The ones that count.</param>
    /// <param name="resampling">How often, and from which seed.</param>
    public static IReadOnlyList<Estimate> Estimates(IReadOnlyList<Metric> metrics, int[] items, Resampling resampling)
    {
        var drawn = metrics.Select(_ => new double[resampling.Rounds]).ToArray();
        var random = new Random(resampling.Seed);
        var chosen = new int[items.Length];
        for (var round = 0; round < resampling.Rounds; round++)
        {
            Draw(random, items, chosen);
            for (var m = 0; m < metrics.Count; m++)
            {
                drawn[m][round] = metrics[m].Of(chosen);
            }
        }

        return [.. metrics.Select((metric, m) => Estimate(metric.Name, metric.Of(items), drawn[m], resampling.Confidence))];
    }

    internal static void Draw(Random random, int[] items, int[] chosen)
    {
        for (var i = 0; i < chosen.Length; i++)
        {
            chosen[i] = items[random.Next(items.Length)];
        }
    }

    internal static Estimate Estimate(string name, double value, double[] drawn, double confidence)
    {
        var sorted = drawn.Where(double.IsFinite).Order().ToArray();
        return new Estimate(name, Finite(value), Quantile(sorted, (1 - confidence) / 2), Quantile(sorted, (1 + confidence) / 2));
    }

    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static double? Quantile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
        {
            return null;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
