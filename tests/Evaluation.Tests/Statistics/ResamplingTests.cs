using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Tests.Statistics;

/// <summary>Intervals, paired tests and slices.</summary>
public sealed class ResamplingTests
{
    private static readonly Resampling Often = new(Rounds: 4000, Seed: 3);

    [Fact]
    public void The_interval_of_a_mean_is_the_normal_one()
    {
        var random = new Random(5);
        double[] values = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];

        var estimate = Bootstrap.Estimates([Metric.Mean("mean", values)], Often)[0];

        // 1.96 standard errors of a uniform distribution, sqrt(1/12/400).
        var half = 1.96 * Math.Sqrt(1.0 / 12 / 400);
        Assert.Equal(values.Average() - half, estimate.Low!.Value, 0.003);
        Assert.Equal(values.Average() + half, estimate.High!.Value, 0.003);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_one_another()
    {
        Metric[] metrics = [Metric.Mean("mean", [1, 2, 3, 4, 7, 9])];
        Assert.Equal(Bootstrap.Estimates(metrics, new Resampling(200, 7)), Bootstrap.Estimates(metrics, new Resampling(200, 7)));
        Assert.NotEqual(Bootstrap.Estimates(metrics, new Resampling(200, 7)), Bootstrap.Estimates(metrics, new Resampling(200, 8)));
    }

    [Fact]
    public void A_corpus_figure_is_of_the_summed_counts_not_of_the_items_scores()
    {
        // The items' own ratios are 1 and 0; together they are 9 of 10.
        var metric = Metric.Ratio("ratio", [(9, 9), (0, 1)]);
        Assert.Equal(0.9, metric.Value);
        Assert.Equal(0.9, Metric.OfSums("sums", [[9, 9], [0, 1]], sums => sums[0] / sums[1]).Of([0, 1]));
    }

    [Fact]
    public void Runs_that_differ_are_told_from_runs_that_do_not()
    {
        var random = new Random(11);
        double[] values = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
        double[] noisy = [.. values.Select(value => value + ((random.NextDouble() - 0.5) / 10))];
        double[] better = [.. noisy.Select(value => value + 0.03)];

        var same = Compare(noisy, values);
        var different = Compare(better, values);

        Assert.True(same.PValue > 0.05, $"p = {same.PValue}");
        Assert.True(different.PValue < 0.001, $"p = {different.PValue}");
        Assert.True(different.Difference.Low > 0);
        Assert.Equal(1.0, Compare(values, values).PValue);
    }

    [Fact]
    public void A_p_value_is_right_under_the_null_hypothesis()
    {
        // Exact: with 4 items that all differ alike, 2 of the 16 ways to swap are as extreme.
        var comparison = Compare([1, 1, 1, 1], [0, 0, 0, 0]);
        Assert.Equal(2.0 / 16, comparison.PValue!.Value, 0.02);
    }

    [Fact]
    public void A_slice_has_every_group_and_the_gap_between_the_best_and_the_worst()
    {
        var slice = Slicing.By("light", ["day", "day", "night", null], [Metric.Mean("m", [1, 0.5, 0.25, 0.5])], new Resampling(100));

        Assert.Equal([("day", 2, 0.75), ("(none)", 1, 0.5), ("night", 1, 0.25)], slice.Groups.Select(group => (group.Value, group.Items, group.Scores[0].Value!.Value)));
        Assert.Equal(0.5, slice.Gaps[0].Value);
        Assert.InRange(slice.Gaps[0].Low!.Value, 0.25, 0.5);
    }

    private static MetricComparison Compare(double[] values, double[] others) =>
        PairedComparison.Compare([Metric.Mean("m", values)], [Metric.Mean("m", others)], Often)[0];
}
