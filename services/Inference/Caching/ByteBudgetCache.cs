namespace MultiModalMesh.Inference.Caching;

/// <summary>Keeps the most recently used values within a budget of bytes, and, where a lifetime is given, none that nobody used for so long. Safe for concurrent use.</summary>
public sealed class ByteBudgetCache<TKey, TValue> : IDisposable
    where TKey : notnull
{
    private readonly long _budget;
    private readonly Func<TValue, long> _sizeOf;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _nodes = [];
    private readonly LinkedList<Entry> _byUse = [];

    /// <param name="budget">Bytes; 0 keeps nothing.</param>
    /// <param name="sizeOf">Bytes of a value.</param>
    public ByteBudgetCache(long budget, Func<TValue, long> sizeOf) => (_budget, _sizeOf, _time) = (budget, sizeOf, TimeProvider.System);

    /// <param name="budget">Bytes; 0 keeps nothing.</param>
    /// <param name="sizeOf">Bytes of a value.</param>
    /// <param name="lifetime">What was not used for so long is dropped, a tenth of it later at the latest.</param>
    /// <param name="time">The clock.</param>
    public ByteBudgetCache(long budget, Func<TValue, long> sizeOf, TimeSpan lifetime, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_budget, _sizeOf, _lifetime, _time) = (budget, sizeOf, lifetime, time);
        _timer = time.CreateTimer(_ => DropUnused(), null, lifetime / 10, lifetime / 10);
    }

    public long Bytes { get; private set; }

    public bool TryGet(TKey key, out TValue value)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(key, out var node))
            {
                value = default!;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            node.Value.UsedAt = _time.GetTimestamp();
            value = node.Value.Value;
            return true;
        }
    }

    public void Add(TKey key, TValue value)
    {
        var size = _sizeOf(value);
        lock (_gate)
        {
            if (size > _budget || _nodes.ContainsKey(key))
            {
                return;
            }

            _nodes[key] = _byUse.AddFirst(new Entry(key, value) { UsedAt = _time.GetTimestamp() });
            Bytes += size;
            while (Bytes > _budget)
            {
                DropOldest();
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void DropUnused()
    {
        lock (_gate)
        {
            while (_byUse.Last is { } oldest && _time.GetElapsedTime(oldest.Value.UsedAt) >= _lifetime)
            {
                DropOldest();
            }
        }
    }

    private void DropOldest()
    {
        var oldest = _byUse.Last!.Value;
        _byUse.RemoveLast();
        _nodes.Remove(oldest.Key);
        Bytes -= _sizeOf(oldest.Value);
    }

    private sealed record Entry(TKey Key, TValue Value)
    {
        public long UsedAt { get; set; }
    }
}
