using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Telemetry;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Storage;

/// <summary>A grain's state as it is in the store. Changes are written one after the other, and are seen when they are durable, not before.</summary>
/// <remarks>
/// Not Orleans' own persistent state: that one reads during activation, where a full disk would reach the caller as a rejected message and
/// not as the failure it is.
/// </remarks>
internal sealed class DurableState<T>(IStateStore store, RecordKey key, TimeProvider time) : IDisposable
    where T : class, new()
{
    private readonly RecordKey _key = key;

    // A grain runs one request at a time, but work that goes on between them writes, too.
    private readonly SemaphoreSlim _gate = new(1);
    private string? _etag;
    private bool _overtaken;

    // A change whose outcome is open: the store failed while it was written. An ETag of null stands for a deletion.
    private (string? ETag, T State)? _open;

    public DurableState(IStateStore store, string name, GrainId grain, TimeProvider time)
        : this(store, new RecordKey(name, grain.Key.ToString()!), time)
    {
    }

    public bool IsLoaded { get; private set; }

    /// <summary>Whether there is a record, as far as is known.</summary>
    public bool IsStored => _etag is not null;

    public T Current { get; private set; } = new();

    /// <summary>Reads the state unless that was done. A failure may be tried again.</summary>
    /// <exception cref="InconsistentStateException">Another activation wrote meanwhile; this one must end, and must not answer any more.</exception>
    public async Task LoadAsync()
    {
        ThrowIfOvertaken();
        if (IsLoaded && _open is null)
        {
            return;
        }

        await _gate.WaitAsync();
        try
        {
            await SettleAsync();
            if (!IsLoaded)
            {
                var record = await store.ReadAsync(_key);
                Current = record is null ? new T() : StateFormat.Parse<T>(record, _key);
                _etag = record?.ETag;
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
            await SettleAsync();
            var next = change(Current);
            if (ReferenceEquals(next, Current))
            {
                return;
            }

            var record = new StoredRecord(
                Guid.NewGuid().ToString("N"),
                StateFormat.Json,
                next is IUnfinishedWork { IsUnfinished: true },
                time.GetUtcNow().ToUnixTimeMilliseconds(),
                StateFormat.Serialize(next));
            StateInstruments.Wrote(_key.StateName, record.State.Length);
            await ChangeAsync(record.ETag, next, () => store.WriteAsync(_key, record, _etag));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <param name="condition">Gets the durable state right before the deletion.</param>
    /// <returns>False if the condition did not hold, and nothing was deleted.</returns>
    /// <exception cref="InconsistentStateException">As <see cref="CommitAsync"/>.</exception>
    public async Task<bool> ClearAsync(Func<T, bool> condition)
    {
        await _gate.WaitAsync();
        try
        {
            await SettleAsync();
            if (!condition(Current))
            {
                return false;
            }

            await ChangeAsync(null, new T(), () =>
            {
                if (_etag is null)
                {
                    return Task.FromResult(true);
                }

                StateInstruments.Wrote(_key.StateName, 0);
                return store.DeleteAsync(_key, _etag);
            });
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>For what reads <see cref="Current"/> again after a while: once a write was refused it is not the truth any more.</summary>
    /// <exception cref="InconsistentStateException">That is so.</exception>
    public void ThrowIfOvertaken()
    {
        if (_overtaken)
        {
            throw new InconsistentStateException(
                $"The stored {_key.StateName} '{_key.GrainKey}' was changed by someone else.", storedEtag: "another", currentEtag: _etag ?? "none", storageException: null);
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task ChangeAsync(string? etag, T next, Func<Task<bool>> change)
    {
        try
        {
            _overtaken = !await change();
        }
        catch (MeshException e) when (e.Reason == ErrorReason.StorageFailed)
        {
            _open = (etag, next);
            throw;
        }

        ThrowIfOvertaken();
        (_etag, Current) = (etag, next);
    }

    /// <summary>Finds out what became of a change that the store did not answer, before anything is built on it or beside it.</summary>
    private async Task SettleAsync()
    {
        ThrowIfOvertaken();
        if (_open is not { } open)
        {
            return;
        }

        var stored = (await store.ReadAsync(_key))?.ETag;
        if (stored == open.ETag)
        {
            (_etag, Current) = open;
        }

        _overtaken = stored != _etag;
        _open = null;
        ThrowIfOvertaken();
    }
}
