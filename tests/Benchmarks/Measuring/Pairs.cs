namespace MultiModalMesh.Benchmarks.Measuring;

/// <summary>
/// Two things measured in turn, round after round, so that whatever else the machine does falls on both; who is first changes with every round.
/// Each round gives one comparison, and the median of those is what counts.
/// </summary>
/// <param name="Theirs">The baseline, a value a round.</param>
/// <param name="Ours">A value a round.</param>
internal sealed record Pairs(double[] Theirs, double[] Ours)
{
    /// <param name="rounds">Comparisons.</param>
    /// <param name="theirs">Measures the baseline once.</param>
    /// <param name="ours">Measures once.</param>
    public static async Task<Pairs> MeasureAsync(int rounds, Func<Task<double>> theirs, Func<Task<double>> ours)
    {
        var pairs = new Pairs(new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
            {
                pairs.Theirs[round] = await theirs();
                pairs.Ours[round] = await ours();
            }
            else
            {
                pairs.Ours[round] = await ours();
                pairs.Theirs[round] = await theirs();
            }
        }

        return pairs;
    }

    /// <summary>As <see cref="MeasureAsync"/>, where a round is the median of several alternating calls.</summary>
    public static async Task<Pairs> MeasureMediansAsync(int rounds, int calls, Func<Task<double>> theirs, Func<Task<double>> ours)
    {
        var pairs = new Pairs(new double[rounds], new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            var inside = await MeasureAsync(calls, theirs, ours);
            pairs.Theirs[round] = Spread.Of(inside.Theirs).Median;
            pairs.Ours[round] = Spread.Of(inside.Ours).Median;
        }

        return pairs;
    }

    /// <summary>One figure of each round.</summary>
    public Spread Compare(Func<double, double, double> theirsAndOurs) => Spread.Of(Theirs.Zip(Ours, theirsAndOurs));

    /// <summary>Ours over theirs.</summary>
    public Spread Ratio => Compare((theirs, ours) => ours / theirs);
}
