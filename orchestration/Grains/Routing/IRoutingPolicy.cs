using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>Chooses among workers that can all do the work.</summary>
internal interface IRoutingPolicy
{
    /// <param name="candidates">At least one.</param>
    /// <param name="affinityKey">What the work belongs to; may be empty.</param>
    RoutingCandidate Choose(IReadOnlyList<RoutingCandidate> candidates, string affinityKey);
}

/// <param name="Worker">As its last heartbeat described it.</param>
/// <param name="Model">The pack it would use.</param>
/// <param name="Assigned">Work sent there since that heartbeat, which the heartbeat cannot know of.</param>
internal sealed record RoutingCandidate(WorkerReport Worker, string Model, int Assigned)
{
    public int Load => Worker.Active + Worker.Queued + Assigned;

    /// <summary>As of the heartbeat: its queue has no room.</summary>
    public bool IsFull => Worker.Capacity > 0 && Worker.Active + Worker.Queued >= Worker.Capacity;
}
