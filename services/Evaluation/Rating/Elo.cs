namespace MultiModalMesh.Evaluation.Rating;

/// <summary>Elo points, K = 16, start at 0. They depend on the order of the ratings, so they are averaged over shuffled orders.</summary>
public static class Elo
{
    private const double K = 16;
    private const int Orders = 100;

    public static double[] Fit(IReadOnlyList<string> systems, IReadOnlyList<PairRating> ratings, int seed)
    {
        var number = systems.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var random = new Random(seed);
        var mean = new double[systems.Count];
        var order = ratings.ToArray();
        for (var round = 0; round < Orders; round++)
        {
            random.Shuffle(order);
            var points = new double[systems.Count];
            foreach (var rating in order)
            {
                var (a, b) = (number[rating.A], number[rating.B]);
                var expected = 1 / (1 + Math.Pow(10, (points[b] - points[a]) / 400));
                var change = K * (rating.ShareOf(rating.A) - expected);
                points[a] += change;
                points[b] -= change;
            }

            for (var i = 0; i < mean.Length; i++)
            {
                mean[i] += points[i] / Orders;
            }
        }

        return mean;
    }
}
