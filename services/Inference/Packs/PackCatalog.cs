using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;
using MultiModalMesh.Inference.Encoders;

namespace MultiModalMesh.Inference.Packs;

/// <summary>A folder that should be a pack: it serves, or it says why not.</summary>
/// <param name="Name">The pack's name; the folder's where the pack cannot be read.</param>
/// <param name="Directory">Full path.</param>
/// <param name="Loaded">Null if broken.</param>
/// <param name="Error">Null unless broken.</param>
public sealed record PackEntry(string Name, string Directory, LoadedPack? Loaded, MeshException? Error);

/// <summary>
/// Packs that are opened at once and stay open until the end: for tools that look at packs or try them. What serves has a
/// <see cref="Serving.PackPool"/>. A broken pack is listed with its error beside the others. Safe for concurrent use.
/// </summary>
public sealed class PackCatalog : IDisposable
{
    private readonly SharedEncoding _shared;

    private PackCatalog(IReadOnlyList<PackEntry> entries, SharedEncoding shared)
    {
        Entries = entries;
        _shared = shared;
    }

    /// <summary>In the order of the roots, then of the folders' names.</summary>
    public IReadOnlyList<PackEntry> Entries { get; }

    /// <summary>The packs that serve.</summary>
    public IEnumerable<LoadedPack> Packs => Entries.Where(e => e.Loaded is not null).Select(e => e.Loaded!);

    /// <summary>Opens every pack in the folders below the roots (a root may be a pack itself).</summary>
    /// <param name="roots">Folders; one that does not exist is listed as an error.</param>
    /// <param name="parts">The models to open.</param>
    /// <exception cref="MeshException">As <see cref="DeviceSelection.Of"/>: there is no device to run on.</exception>
    public static PackCatalog Load(IEnumerable<string> roots, PackParts parts, InferenceOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(options);

        // Without a device none of them can be opened: that is no fault of the packs.
        DeviceSelection.Of(options);
        time ??= TimeProvider.System;
        var shared = new SharedEncoding(options, time);
        var entries = new List<PackEntry>();
        foreach (var directory in PackFolders.Below(roots))
        {
            var entry = Open(directory, parts, options, shared, time);
            if (entry.Loaded is not null && entries.Find(e => e.Loaded is not null && e.Name == entry.Name) is { } twin)
            {
                entry.Loaded.Dispose();
                entry = entry with
                {
                    Loaded = null,
                    Error = PackFolders.NameTaken(directory, entry.Name, twin.Directory),
                };
            }

            entries.Add(entry);
        }

        return new PackCatalog(entries, shared);
    }

    /// <summary>The pack of that name, or <c>name@version</c>; for an empty name the first that serves.</summary>
    /// <exception cref="MeshException">ModelNotFound, which lists what there is; PackInvalid, if that pack is broken.</exception>
    public LoadedPack Get(string? name)
    {
        var entry = string.IsNullOrEmpty(name)
            ? Entries.FirstOrDefault(e => e.Loaded is not null)
            : Entries.FirstOrDefault(e => e.Loaded is not null && (e.Name == name || e.Loaded.Pack.Id == name)) ?? Entries.FirstOrDefault(e => e.Name == name);
        if (entry is null)
        {
            var known = string.Join(", ", Packs.Select(p => p.Pack.Name));
            throw new MeshException(
                ErrorReason.ModelNotFound,
                string.IsNullOrEmpty(name) ? "There is no model pack that serves." : $"There is no model '{name}'; there is: {(known.Length > 0 ? known : "none")}.");
        }

        return entry.Loaded ?? throw new MeshException(ErrorReason.PackInvalid, entry.Error!.Message, entry.Error);
    }

    public void Dispose()
    {
        foreach (var pack in Packs)
        {
            pack.Dispose();
        }

        _shared.Dispose();
    }

    private static PackEntry Open(string directory, PackParts parts, InferenceOptions options, SharedEncoding shared, TimeProvider time)
    {
        try
        {
            var pack = PackFolders.Read(directory, options);
            return new PackEntry(pack.Name, directory, new LoadedPack(pack, parts, options, shared, time), null);
        }
        catch (MeshException e)
        {
            return new PackEntry(Path.GetFileName(directory), directory, null, e);
        }
    }
}
