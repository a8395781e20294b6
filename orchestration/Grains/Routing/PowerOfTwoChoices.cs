namespace MultiModalMesh.Grains.Routing;

/// <summary>
/// The better of two random candidates. Taking the best of all would send everything that arrives between two heartbeats to the same worker;
/// two picks spread it and still avoid the busy ones (Mitzenmacher, 2001).
/// </summary>
/// <param name="random">Picks the two.</param>
/// <param name="cost">Of a candidate; the lower is better.</param>
internal sealed class PowerOfTwoChoices(Random random, Func<RoutingCandidate, double> cost) : IRoutingPolicy
{
    public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey)
    {
        if (candidates.Count == 1)
        {
            return candidates[0];
        }

        var first = random.Next(candidates.Count);
        var second = random.Next(candidates.Count - 1);
        if (second >= first)
        {
            second++;
        }

        return cost(candidates[second]) < cost(candidates[first]) ? candidates[second] : candidates[first];
    }
}
