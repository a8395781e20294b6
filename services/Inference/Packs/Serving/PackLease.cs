namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>Keeps a pack in memory for a request: it is neither unloaded nor freed by a replacement before this is disposed.</summary>
public sealed class PackLease : IDisposable
{
    private readonly PackPool _pool;
    private ResidentPack? _resident;

    internal PackLease(PackPool pool, ResidentPack resident)
    {
        _pool = pool;
        _resident = resident;
        Pack = resident.Pack;
    }

    public LoadedPack Pack { get; }

    /// <summary>Gives the pack back; a second time does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _resident, null) is { } resident)
        {
            _pool.Release(resident);
        }
    }
}
