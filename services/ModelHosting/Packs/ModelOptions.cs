using System.ComponentModel.DataAnnotations;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>Where a process finds its models, and when it has them in memory: configuration <c>Models</c>.</summary>
public sealed class ModelOptions
{
    public const string Section = "Models";

    /// <summary>Folders of packs, or packs themselves; the first pack that can do a piece of work is its default. Default: <c>models</c> beside the program.</summary>
    public IList<string> Paths { get; } = [];

    /// <summary>The folder of the packs that were pulled from a hub; they come after those of <see cref="Paths"/>. Default: <c>models</c> in the data folder.</summary>
    public string Pulled { get; set; } = "";

    /// <summary>When packs are loaded: <c>eager</c>, before the process takes calls, or <c>lazy</c>, at first use.</summary>
    public PackLoading Load { get; set; } = PackLoading.Eager;

    /// <summary>
    /// Whether packs that are loaded ahead of their use run once on next to nothing before they are offered: the first request does not pay for what a
    /// first run takes, and a pack that cannot run is not offered.
    /// </summary>
    public bool WarmUp { get; set; } = true;

    /// <summary>Bytes of graphs and weights in memory at most; packs that nobody uses make room for others, longest unused first. 0: no limit.</summary>
    [Range(0, long.MaxValue)]
    public long MemoryBudgetBytes { get; set; }

    /// <summary>How long a request waits for room where all that is in memory is in use, before it is refused as overloaded.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RoomPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the folders are looked at for packs that came, went or were replaced; what was the same twice is taken up. 0: never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ReviewInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How the packs are kept in memory.</summary>
    internal PackPoolOptions Pool => new() { Load = Load, WarmUp = WarmUp, MemoryBudgetBytes = MemoryBudgetBytes, RoomPatience = RoomPatience };

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
