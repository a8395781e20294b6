namespace MultiModalMesh.Grains.Routing;

/// <summary>
/// The less loaded of two random candidates. Taking the least loaded of all would send everything that arrives between two heartbeats to
/// the same worker; two picks spread it and still avoid the busy ones (Mitzenmacher, 2001).
/// </summary>
internal sealed class PowerOfTwoChoices(Random random) : IRoutingPolicy
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

        return candidates[second].Load < candidates[first].Load ? candidates[second] : candidates[first];
    }
}
