namespace MultiModalMesh.Evaluation.Rating;

/// <summary>
/// Strengths that explain who was preferred to whom: P(i before j) = s(i) / (s(i) + s(j)) (Bradley and Terry 1952), fitted by Hunter's MM algorithm (2004).
/// A tie is half a win for each.
/// </summary>
/// <remarks>One tie is added to each pair of systems that were compared: without it a system that never lost has no finite strength.</remarks>
public static class BradleyTerry
{
    private const int MostSteps = 10_000;
    private const double Precise = 1e-10;

    /// <summary>Points that a strength ten times as large has more, as in chess.</summary>
    private const double PointsPerDecade = 400;

    /// <returns>Points of each system, their mean 0.</returns>
    public static double[] Fit(IReadOnlyList<string> systems, IEnumerable<PairRating> ratings)
    {
        var number = systems.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var count = systems.Count;
        var games = new double[count, count];
        var wins = new double[count];
        foreach (var rating in ratings)
        {
            var (a, b) = (number[rating.A], number[rating.B]);
            games[a, b]++;
            games[b, a]++;
            wins[a] += rating.ShareOf(rating.A);
            wins[b] += rating.ShareOf(rating.B);
        }

        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                if (i != j && games[i, j] > 0)
                {
                    games[i, j]++;
                    wins[i] += 0.5;
                }
            }
        }

        return Points(Iterate(wins, games));
    }

    private static double[] Iterate(double[] wins, double[,] games)
    {
        var strengths = Enumerable.Repeat(1.0, wins.Length).ToArray();
        for (var step = 0; step < MostSteps; step++)
        {
            var next = new double[wins.Length];
            for (var i = 0; i < wins.Length; i++)
            {
                var sum = 0.0;
                for (var j = 0; j < wins.Length; j++)
                {
                    sum += games[i, j] / (strengths[i] + strengths[j]);
                }

                next[i] = sum > 0 ? wins[i] / sum : strengths[i];
            }

            // Only ratios mean something; the scale is held so that it does not drift.
            var mean = Math.Exp(next.Average(Math.Log));
            next = [.. next.Select(strength => strength / mean)];
            var moved = next.Zip(strengths, (now, before) => Math.Abs(Math.Log(now / before))).Max();
            strengths = next;
            if (moved < Precise)
            {
                break;
            }
        }

        return strengths;
    }

    private static double[] Points(double[] strengths)
    {
        var points = strengths.Select(strength => PointsPerDecade * Math.Log10(strength)).ToArray();
        var mean = points.Average();
        return [.. points.Select(value => value - mean)];
    }
}
