using MultiModalMesh.Workers.Clustering;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace MultiModalMesh.Workers.Placement;

/// <summary>
/// Places a grain in the process whose worker id is the grain's key, and nowhere else. If there is no such process, the call fails.
/// </summary>
/// <remarks>The filters that come with Orleans compare a candidate with the calling silo, not with the grain's key.</remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PinnedToWorkerAttribute() : PlacementFilterAttribute(new PinnedToWorkerStrategy());

internal sealed class PinnedToWorkerStrategy() : PlacementFilterStrategy(order: 0);

internal sealed class PinnedToWorkerDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var worker = target.GrainIdentity.Key.ToString();
        var owners = silos.Where(silo =>
            metadata.GetSiloMetadata(silo).Metadata.TryGetValue(MemberMetadata.Worker, out var id) && string.Equals(id, worker, StringComparison.Ordinal));

        // A process that came back under its old id is there beside its dead predecessor until that is declared dead: the younger one it is.
        return owners.OrderByDescending(silo => silo.Generation).Take(1);
    }
}
