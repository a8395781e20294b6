namespace MultiModalMesh.Grains.Routing;

/// <summary>Chooses among workers that can all do the work.</summary>
internal interface IRoutingPolicy
{
    /// <param name="candidates">At least one.</param>
    /// <param name="affinityKey">What the work belongs to; may be empty.</param>
    RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey);
}

/// <param name="Worker">Shared by all that the worker is a candidate for: what is sent there for one keeps it from the others.</param>
/// <param name="Model">The pack it would use.</param>
internal readonly record struct RoutingCandidate(RoutedWorker Worker, string Model)
{
    public string WorkerId => Worker.Report.WorkerId;

    /// <summary>Requests there.</summary>
    public int Load => Worker.Load;

    /// <summary>Seconds until it would begin, as far as is known.</summary>
    public double Wait => Worker.Wait;
}
