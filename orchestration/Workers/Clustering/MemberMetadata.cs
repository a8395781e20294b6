namespace MultiModalMesh.Workers.Clustering;

/// <summary>Keys of the metadata that a member of the cluster publishes.</summary>
public static class MemberMetadata
{
    /// <summary>The id of the worker that lives in the process.</summary>
    public const string Worker = "mesh.worker";

    private const string Role = "mesh.role.";

    /// <summary>Present if the process has the role.</summary>
    public static string RoleKey(string role) => Role + role;

    /// <summary>The roles that a member's keys tell of.</summary>
    public static IReadOnlyList<string> RolesIn(IEnumerable<string> keys) =>
        [.. keys.Where(key => key.StartsWith(Role, StringComparison.Ordinal)).Select(key => key[Role.Length..]).Order(StringComparer.Ordinal)];
}
