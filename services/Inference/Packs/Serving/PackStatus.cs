using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>How it stands with a pack now.</summary>
/// <param name="Name">The pack's name; the folder's where the pack cannot be read.</param>
/// <param name="Directory">Full path.</param>
/// <param name="Pack">Null where the folder cannot be read.</param>
/// <param name="IsOffered">Whether requests are taken.</param>
/// <param name="LoadedBytes">Of its weights; 0 while it is not in memory.</param>
/// <param name="Leases">Requests that use it.</param>
/// <param name="Error">Why it is not offered, or what is wrong with it all the same; null if nothing is.</param>
public sealed record PackStatus(string Name, string Directory, ModelPack? Pack, bool IsOffered, long LoadedBytes, int Leases, MeshException? Error);

/// <summary>Something that befell a pack, for logs.</summary>
/// <param name="Kind">What.</param>
/// <param name="Pack"><c>name@version</c>, or the folder's name.</param>
/// <param name="Directory">Full path.</param>
/// <param name="Detail">Why, or what is wrong; empty where there is nothing to say.</param>
public sealed record PackChange(PackChangeKind Kind, string Pack, string Directory, string Detail);

/// <summary>What can befall a pack.</summary>
public enum PackChangeKind
{
    /// <summary>Its folder was read and it is offered from now on.</summary>
    Offered,

    /// <summary>Its models are in memory.</summary>
    Loaded,

    /// <summary>Its models, or those of an earlier version, are in memory no longer.</summary>
    Unloaded,

    /// <summary>It is not, or no longer, as it should be.</summary>
    Failed,

    /// <summary>Its folder is gone.</summary>
    Removed,
}
