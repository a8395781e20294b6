namespace MultiModalMesh.Workers.Clustering;

/// <summary>What this process is in the cluster. Filled while services are registered, read-only from then on.</summary>
internal sealed class ClusterRoles
{
    /// <summary>Holds dialogues, users, the router and the worker directory.</summary>
    public const string Silo = "silo";

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public IReadOnlySet<string> Names => _names;

    /// <summary>What the other members see of this one; Orleans reads it when it starts.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public void Add(string role)
    {
        if (_names.Add(role))
        {
            Metadata[MemberMetadata.RoleKey(role)] = "true";
        }
    }
}
