using System.Text.Json.Serialization;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHub.Folders;

namespace MultiModalMesh.Mesh.Packs;

/// <summary>How a pack came to where it is.</summary>
internal enum PackOrigin
{
    /// <summary>With the program.</summary>
    Shipped,

    /// <summary>From a hub.</summary>
    Pulled,

    /// <summary>Somebody put it there.</summary>
    Folder,
}

internal enum PackState
{
    Complete,
    Broken,

    /// <summary>A pull was interrupted; the next one goes on.</summary>
    Unfinished,
}

/// <summary>A pack on a disk, or what should be one.</summary>
/// <param name="Name">The pack's name; the folder's where the pack cannot be read.</param>
/// <param name="Directory">Full path.</param>
/// <param name="Reason">Why it is not complete; null if it is.</param>
/// <param name="Bytes">Of all its files.</param>
/// <param name="Pack">Null unless it can be read.</param>
/// <param name="Source">Null unless it was pulled.</param>
internal sealed record ShelvedPack(
    string Name, string Directory, PackOrigin Origin, PackState State, string? Reason, long Bytes, [property: JsonIgnore] ModelPack? Pack, PackSource? Source)
{
    [JsonIgnore]
    public string FolderName => Path.GetFileName(Directory);

    public string? Version => Pack?.Version;

    /// <summary>As the pack says, or the model card it was published with.</summary>
    public string? License => Pack?.License is { Length: > 0 } license ? license : Source?.License;

    public IReadOnlyList<string> Capabilities => Pack?.Capabilities ?? [];

    /// <summary>Where it is from, in a few words.</summary>
    [JsonIgnore]
    public string Provenance => Origin switch
    {
        PackOrigin.Shipped => "shipped",
        _ when Source is not null => $"{Source.Repository}@{Source.Commit[..Math.Min(8, Source.Commit.Length)]}",
        PackOrigin.Pulled => "hub",
        _ => "folder",
    };

    public static ShelvedPack Unfinished(string name, string directory, long bytes) => new(
        name, directory, PackOrigin.Pulled, PackState.Unfinished, "The pull was interrupted; run it again to go on, or remove what came.", bytes, null, null);
}
