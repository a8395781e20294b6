using MultiModalMesh.Grains.Routing;

namespace MultiModalMesh.Benchmarks.Routing;

/// <summary>The baseline.</summary>
internal sealed class RandomChoice(Random random) : IRoutingPolicy
{
    public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey) => candidates[random.Next(candidates.Count)];
}
