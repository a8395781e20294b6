using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>Where a process finds its models: configuration <c>Models</c>.</summary>
public sealed class ModelOptions
{
    public const string Section = "Models";

    /// <summary>Folders of packs, or packs themselves; the first pack that can do a piece of work is its default. Default: <c>models</c> beside the program.</summary>
    public IList<string> Paths { get; } = [];

    /// <summary>The folder of the packs that were pulled from a hub; they come after those of <see cref="Paths"/>. Default: <c>models</c> in the data folder.</summary>
    public string Pulled { get; set; } = "";

    /// <summary>The folder of the packs that ship with the program.</summary>
    public static string ShippedFolder => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Where packs are pulled to, absolute; null where there is neither a setting nor a data folder.</summary>
    public string? PulledFolder(DataOptions data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Pulled.Length > 0 ? Path.GetFullPath(Pulled)
            : data.Path.Length > 0 ? Path.Combine(Path.GetFullPath(data.Path), "models")
            : null;
    }

    /// <summary>All folders to look through, in order. That of the pulled packs is left out until there is one.</summary>
    public IReadOnlyList<string> Roots(DataOptions data)
    {
        IEnumerable<string> roots = Paths.Count > 0 ? Paths : [ShippedFolder];
        return PulledFolder(data) is { } pulled && Directory.Exists(pulled) && !roots.Any(root => Path.GetFullPath(root) == pulled) ? [.. roots, pulled] : [.. roots];
    }
}
