using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>
/// A collection's writes take turns, and those that wait go together: whoever's turn it is writes for all, and they share one wait for
/// the disk.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing to dispose; one that is disposed would throw at those who still come.
internal sealed class WriteQueue(CollectionWriter writer, Func<MeshException?> refusal, Action<long> checkRoom)
#pragma warning restore CA1001
{
    private const int MostRowsTogether = 4096;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Queue<Write> _waiting = new();
    private bool _closed;

    /// <summary>What the last write died of, null after one that succeeded.</summary>
    public string? LastError { get; private set; }

    /// <returns>How many of the deletes were there.</returns>
    public async Task<int> RunAsync(IReadOnlyList<IndexedItem> upserts, IReadOnlyList<string> deletes, CancellationToken cancellationToken)
    {
        var write = new Write(upserts, deletes);
        lock (_lock)
        {
            _waiting.Enqueue(write);
        }

        try
        {
            await _turn.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Somebody else may be writing it just now; then the caller must learn what became of it.
            if (write.TryCancel())
            {
                throw;
            }

            return await write.Done.Task;
        }

        try
        {
            while (!write.Done.Task.IsCompleted)
            {
                await Task.Run(WriteNext, CancellationToken.None);
            }
        }
        finally
        {
            _turn.Release();
        }

        return await write.Done.Task;
    }

    /// <summary>Something that must not run while somebody writes.</summary>
    public async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return refusal() is { } refused ? throw refused : await Task.Run(read, CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task CloseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_closed)
            {
                _closed = true;
                writer.Close();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private List<Write> TakeTogether()
    {
        List<Write> together = [];
        var rows = 0;
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next) && (together.Count == 0 || rows + next.Upserts.Count + next.Deletes.Count <= MostRowsTogether))
            {
                _waiting.Dequeue();
                if (next.TryBegin())
                {
                    together.Add(next);
                    rows += next.Upserts.Count + next.Deletes.Count;
                }
            }
        }

        return together;
    }

    private void WriteNext()
    {
        var together = TakeTogether();
        try
        {
            if (_closed || refusal() is { })
            {
                throw refusal() ?? new MeshException(ErrorReason.StorageFailed, "The collections are closed: this process is ending.");
            }

            // One after the other, as if each had been alone: the last that speaks of an id decides.
            var last = new Dictionary<string, IndexedItem?>(StringComparer.Ordinal);
            var counts = together.ConvertAll(write => Apply(write, last));
            var upserts = last.Values.OfType<IndexedItem>().OrderBy(item => item.Sequence).ToList();
            var deletes = last.Where(pair => pair.Value is null && writer.Find(pair.Key) is not null).Select(pair => pair.Key).ToList();
            if (upserts.Count + deletes.Count > 0)
            {
                checkRoom(upserts.Sum(item => item.Size));
                writer.MakeRoom(upserts.Count);
                writer.Write(upserts, deletes);
            }

            LastError = null;
            foreach (var (write, count) in together.Zip(counts))
            {
                write.Done.SetResult(count);
            }
        }
#pragma warning disable CA1031 // Whatever it is, those who wait have to be told.
        catch (Exception failure)
        {
            var told = failure as MeshException ?? new MeshException(ErrorReason.StorageFailed, "The collection could not be written; the log of this process has the reason.", failure);
            LastError = failure is MeshException ? LastError : failure.Message;
            together.ForEach(write => write.Done.SetException(told));
        }
#pragma warning restore CA1031
    }

    private int Apply(Write write, Dictionary<string, IndexedItem?> last)
    {
        foreach (var item in write.Upserts)
        {
            last[item.Id] = item;
        }

        var deleted = 0;
        foreach (var id in write.Deletes)
        {
            if (last.TryGetValue(id, out var pending) ? pending is not null : writer.Find(id) is not null)
            {
                deleted++;
            }

            last[id] = null;
        }

        return deleted;
    }

    private sealed class Write(IReadOnlyList<IndexedItem> upserts, IReadOnlyList<string> deletes)
    {
        private int _state;

        public IReadOnlyList<IndexedItem> Upserts => upserts;

        public IReadOnlyList<string> Deletes => deletes;

        public TaskCompletionSource<int> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool TryBegin() => Interlocked.CompareExchange(ref _state, 1, 0) == 0;

        public bool TryCancel() => Interlocked.CompareExchange(ref _state, 2, 0) == 0;
    }
}
