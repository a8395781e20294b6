namespace MultiModalMesh.Inference.Caching;

/// <summary>Keeps the most recently used values within a budget of bytes. Safe for concurrent use.</summary>
/// <param name="budget">Bytes; 0 keeps nothing.</param>
/// <param name="sizeOf">Bytes of a value.</param>
public sealed class ByteBudgetCache<TKey, TValue>(long budget, Func<TValue, long> sizeOf)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = [];

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
            value = node.Value.Value;
            return true;
        }
    }

    public void Add(TKey key, TValue value)
    {
        var size = sizeOf(value);
        lock (_gate)
        {
            if (size > budget || _nodes.ContainsKey(key))
            {
                return;
            }

            _nodes[key] = _byUse.AddFirst((key, value));
            Bytes += size;
            while (Bytes > budget)
            {
                var oldest = _byUse.Last!;
                _byUse.RemoveLast();
                _nodes.Remove(oldest.Value.Key);
                Bytes -= sizeOf(oldest.Value.Value);
            }
        }
    }
}
