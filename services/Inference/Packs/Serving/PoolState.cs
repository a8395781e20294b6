using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Packs.Serving;

/// <summary>What the parts of a <see cref="PackPool"/> share. Everything but <see cref="Release"/>, <see cref="Free"/> and <see cref="Tell"/> is for whoever holds the gate.</summary>
internal sealed class PoolState(PackPoolOptions options, Action<PackChange>? observer)
{
    private readonly HashSet<ResidentPack> _alive = [];
    private TaskCompletionSource _change = NewSignal();

    public Lock Gate { get; } = new();

    /// <summary>In the order in which the folders are looked through.</summary>
    public List<ServedPack> Packs { get; } = [];

    public MemoryBudget Budget { get; } = new(options.MemoryBudgetBytes);

    /// <summary>All that are in memory, those too that nobody new gets.</summary>
    public IReadOnlyCollection<ResidentPack> Alive => _alive;

    /// <summary>Ends when memory may have become free.</summary>
    public Task Change => _change.Task;

    public ServedPack? In(string directory) => Packs.Find(pack => pack.Directory == directory);

    /// <summary>Another pack of that name that is offered.</summary>
    public ServedPack? TwinOf(string directory, string name) => Packs.Find(pack => pack.IsOffered && pack.Name == name && pack.Directory != directory);

    /// <summary>Puts a pack into use whose bytes are taken already.</summary>
    public void Install(ServedPack pack, ResidentPack resident)
    {
        pack.Resident = resident;
        _alive.Add(resident);
    }

    /// <summary>Takes a pack out of use.</summary>
    /// <returns>What has to be freed, once the gate is left; null if somebody uses it still and frees it in the end.</returns>
    public static ResidentPack? Retire(ServedPack pack, string why)
    {
        var resident = pack.Resident;
        pack.Resident = null;
        if (resident is not null)
        {
            resident.Retired = why;
        }

        return resident?.Leases == 0 ? resident : null;
    }

    public void Signal()
    {
        _change.TrySetResult();
        _change = NewSignal();
    }

    public void Release(ResidentPack resident)
    {
        lock (Gate)
        {
            if (--resident.Leases > 0)
            {
                return;
            }

            Signal();
            if (resident.Retired is null)
            {
                return;
            }
        }

        // Not here: the request should not wait for threads to end and memory to be given back.
        _ = Task.Run(() => Free(resident));
    }

    public void Free(ResidentPack? resident)
    {
        if (resident?.Free() != true)
        {
            return;
        }

        var pack = resident.Pack.Pack;
        PackInstruments.Unloaded(pack.Name, resident.Bytes, resident.Retired ?? "stopped");
        lock (Gate)
        {
            Budget.Give(resident.Bytes);
            _alive.Remove(resident);
            Signal();
        }

        Tell(PackChangeKind.Unloaded, pack.Id, pack.Directory, resident.Retired ?? "stopped");
    }

    public void Tell(PackChangeKind kind, string pack, string directory, string detail = "") => observer?.Invoke(new PackChange(kind, pack, directory, detail));

    public void TellFailed(ServedPack pack, MeshException failure) => Tell(PackChangeKind.Failed, pack.Name, pack.Directory, failure.Message);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
