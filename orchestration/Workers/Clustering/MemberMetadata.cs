namespace MultiModalMesh.Workers.Clustering;

/// <summary>Keys of the metadata that a member of the cluster publishes.</summary>
internal static class MemberMetadata
{
    /// <summary>The id of the worker that lives in the process.</summary>
    public const string Worker = "mesh.worker";

    /// <summary>Present if the process has the role.</summary>
    public static string RoleKey(string role) => $"mesh.role.{role}";
}
