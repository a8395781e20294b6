using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Storage;

/// <summary>A grain's state as it is on disk. Changes are written one after the other, and are seen when they are durable, not before.</summary>
/// <remarks>
/// Not Orleans' own persistent state: that one reads during activation, where a full disk would reach the caller as a rejected message and
/// not as the failure it is.
/// </remarks>
internal sealed class DurableState<T>(IGrainStorage storage, string name, GrainId grain) : IDisposable
    where T : class, new()
{
    // A grain runs one request at a time, but work that goes on between them writes, too.
    private readonly SemaphoreSlim _gate = new(1);
    private readonly GrainState<T> _stored = new(new T());

    public bool IsLoaded { get; private set; }

    public T Current { get; private set; } = new();

    /// <summary>Reads the state unless that was done. A failure may be tried again.</summary>
    public async Task LoadAsync()
    {
        if (IsLoaded)
        {
            return;
        }

        await _gate.WaitAsync();
        try
        {
            if (!IsLoaded)
            {
                await storage.ReadStateAsync(name, grain, _stored);
                Current = _stored.State ?? new T();
                IsLoaded = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <param name="change">Gets the durable state right before the write; returning the same instance writes nothing.</param>
    /// <exception cref="InconsistentStateException">Another activation wrote meanwhile; this one knows nothing any more.</exception>
    public async Task CommitAsync(Func<T, T> change)
    {
        await _gate.WaitAsync();
        try
        {
            var next = change(Current);
            if (!ReferenceEquals(next, Current))
            {
                _stored.State = next;
                await storage.WriteStateAsync(name, grain, _stored);
                Current = next;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task ClearAsync()
    {
        await _gate.WaitAsync();
        try
        {
            await storage.ClearStateAsync(name, grain, _stored);
            Current = _stored.State ?? new T();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
