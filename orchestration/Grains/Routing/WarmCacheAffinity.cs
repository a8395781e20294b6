namespace MultiModalMesh.Grains.Routing;

/// <summary>
/// The worker that had the same key before, because its KV cache is warm. Rendezvous hashing (Thaler and Ravishankar, 1998) finds it without
/// remembering anything, on every silo alike, and only the keys of a worker that left move. Where the other policy knows a worker that would begin
/// earlier by more than the tolerance, that one gets the work: computing a prompt again costs less than waiting (the bound of consistent hashing
/// with bounded loads; Mirrokni, Thorup and Zadimoghaddam, 2016).
/// </summary>
/// <param name="otherwise">Knows the alternative; only asked, not bound.</param>
/// <param name="tolerance">How much longer than the alternative's the warm worker's wait may be.</param>
internal sealed class WarmCacheAffinity(IRoutingPolicy otherwise, TimeSpan tolerance) : IRoutingPolicy
{
    private readonly double _tolerance = tolerance.TotalSeconds;

    public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey)
    {
        var alternative = otherwise.Choose(candidates, affinityKey);
        if (affinityKey.Length == 0)
        {
            return alternative;
        }

        var warm = Warm(candidates, StableHash.Of(affinityKey));
        return warm.Wait > alternative.Wait + _tolerance ? alternative : warm;
    }

    private static RoutingCandidate Warm(IReadOnlyList<RoutingCandidate> candidates, ulong key)
    {
        var warm = candidates[0];
        var heaviest = 0UL;
        for (var i = 0; i < candidates.Count; i++)
        {
            var weight = StableHash.Mix(candidates[i].Worker.Hash ^ key);
            if (weight >= heaviest)
            {
                (warm, heaviest) = (candidates[i], weight);
            }
        }

        return warm;
    }
}
