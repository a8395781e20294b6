namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>A pack in memory, with those who use it. Guarded by the pool's gate, but for <see cref="Free"/>.</summary>
internal sealed class ResidentPack(LoadedPack pack, long bytes)
{
    private readonly Lock _freeing = new();
    private bool _freed;

    public LoadedPack Pack { get; } = pack;

    public long Bytes { get; } = bytes;

    /// <summary>Requests that use it.</summary>
    public int Leases { get; set; }

    /// <summary>Why no new request gets it; null while they do.</summary>
    public string? Retired { get; set; }

    /// <summary>Frees the models; whoever comes second waits for the first.</summary>
    /// <returns>Whether it was this call that freed them.</returns>
    public bool Free()
    {
        lock (_freeing)
        {
            if (_freed)
            {
                return false;
            }

            Pack.Dispose();
            return _freed = true;
        }
    }
}
