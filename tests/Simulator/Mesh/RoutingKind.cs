using MultiModalMesh.Grains.Routing;

namespace MultiModalMesh.Simulator.Mesh;

/// <summary>The ways of routing that are compared.</summary>
internal enum RoutingKind
{
    /// <summary>Any worker.</summary>
    Random,

    /// <summary>The better of two random workers by the number of their requests.</summary>
    TwoByCount,

    /// <summary>The better of two by the estimated wait.</summary>
    TwoByWait,

    /// <summary>The worker with the dialogue's cache, whatever waits there.</summary>
    AlwaysWarm,

    /// <summary>As the mesh does it: the warm worker within the tolerance, else the better of two by wait.</summary>
    Mesh,
}

internal static class RoutingKinds
{
    public static string Name(this RoutingKind kind) => kind switch
    {
        RoutingKind.Random => "random",
        RoutingKind.TwoByCount => "two choices, by count",
        RoutingKind.TwoByWait => "two choices, by wait",
        RoutingKind.AlwaysWarm => "always the warm worker",
        _ => "warm within tolerance",
    };

    public static Router Router(this RoutingKind kind, RoutingOptions options, TimeProvider time, Random random) => kind switch
    {
        RoutingKind.Random => Grains.Routing.Router.Create(new AnyWorker(random), options, time, random),
        RoutingKind.TwoByCount => Grains.Routing.Router.Create(new PowerOfTwoChoices(random, candidate => candidate.Load), options, time, random),
        RoutingKind.TwoByWait => Grains.Routing.Router.Create(new PowerOfTwoChoices(random, candidate => candidate.Backlog), options, time, random),
        RoutingKind.AlwaysWarm => Grains.Routing.Router.Create(new WarmCacheAffinity(new AnyWorker(random), TimeSpan.FromDays(1)), options, time, random),
        _ => Grains.Routing.Router.Create(options, time, random),
    };

    private sealed class AnyWorker(Random random) : IRoutingPolicy
    {
        public RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey) => candidates[random.Next(candidates.Count)];
    }
}
