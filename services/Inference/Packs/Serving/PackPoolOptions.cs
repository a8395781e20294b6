namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>When the models of a pack are opened.</summary>
public enum PackLoading
{
    /// <summary>Before the process takes calls, in the order of the folders, as far as the memory budget goes; the rest at first use.</summary>
    Eager,

    /// <summary>At first use.</summary>
    Lazy,
}

/// <summary>How the packs of a process are kept in memory.</summary>
public sealed record PackPoolOptions
{
    public PackLoading Load { get; init; }

    /// <summary>Whether packs that are opened before anybody asks for them run once before they are offered; one that cannot is refused.</summary>
    public bool WarmUp { get; init; }

    /// <summary>
    /// Bytes of weights in memory at most; 0: no limit. Counted are the files of the graphs that are open, with the weights beside them. What runs need
    /// beyond (activations, keys and values, caches) has limits of its own. Both versions of a pack that is being replaced count once.
    /// </summary>
    public long MemoryBudgetBytes { get; init; }

    /// <summary>How long a request waits for room where every pack in memory is in use.</summary>
    public TimeSpan RoomPatience { get; init; } = TimeSpan.FromSeconds(2);
}
