using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>A folder that should be a pack, and what is known of it. Guarded by the pool's gate.</summary>
internal sealed class ServedPack(string directory)
{
    public string Directory { get; } = directory;

    /// <summary>The pack's name, as it was last readable; the folder's where it never was.</summary>
    public string Name { get; private set; } = Path.GetFileName(directory);

    /// <summary>What is offered; null where the folder cannot be read.</summary>
    public ModelPack? Definition
    {
        get;
        set
        {
            field = value;
            Name = value?.Name ?? Name;
        }
    }

    /// <summary>Of <see cref="Definition"/>'s graphs.</summary>
    public long Bytes { get; set; }

    /// <summary>Of the folder when it was last read, whether that went well or not.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>Why it is not offered; null if it is.</summary>
    public MeshException? Refusal { get; set; }

    /// <summary>What is wrong with a pack that is offered all the same: its last loading failed, or its folder holds a broken successor.</summary>
    public MeshException? Trouble { get; set; }

    /// <summary>The folder does not hold any more what is in memory: once unloaded it could not be loaded again.</summary>
    public bool IsStale { get; set; }

    /// <summary>Refused because another pack has its name.</summary>
    public bool IsTwin { get; set; }

    /// <summary>The folder is gone, or is no place for packs any more.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Null while it is not in memory.</summary>
    public ResidentPack? Resident { get; set; }

    /// <summary>The loading under way, for all who wait for it; ends with what went wrong. Null if there is none.</summary>
    public Task<MeshException?>? Opening { get; set; }

    /// <summary>Requests that wait for <see cref="Opening"/>.</summary>
    public int Waiting { get; set; }

    /// <summary>Greater than that of every pack that was used before.</summary>
    public long LastUse { get; set; }

    public bool IsOffered => Definition is not null && Refusal is null;

    public bool IsIdle => Resident is { Leases: 0 } && Waiting == 0 && !IsStale;
}
