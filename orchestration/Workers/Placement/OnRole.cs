using MultiModalMesh.Workers.Clustering;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace MultiModalMesh.Workers.Placement;

/// <summary>Places a grain only in processes that have a role.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnRoleAttribute(string role) : PlacementFilterAttribute(new OnRoleStrategy(role));

internal sealed class OnRoleStrategy(string role) : PlacementFilterStrategy(order: 0)
{
    public OnRoleStrategy()
        : this("")
    {
    }

    public string Role { get; private set; } = role;

    public override void AdditionalInitialize(GrainProperties properties) => Role = GetPlacementFilterGrainProperty("role", properties) ?? "";

    protected override IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) =>
        [new("role", Role)];
}

internal sealed class OnRoleDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var key = MemberMetadata.RoleKey(((OnRoleStrategy)filterStrategy).Role);
        return silos.Where(silo => metadata.GetSiloMetadata(silo).Metadata.ContainsKey(key));
    }
}
