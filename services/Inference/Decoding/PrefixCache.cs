using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Keys and values of earlier sequences. They are kept in blocks of positions in a tree, so that what several sequences begin with is kept
/// once; a new prompt takes the blocks that it begins with, and the beginning of one that it leaves midway. The least recently used go before
/// the budget of bytes would be exceeded. Used by the decoder's thread only.
/// </summary>
internal sealed unsafe class PrefixCache(long budget, KvLayout layout, KvMemory memory, TimeProvider time) : IDisposable
{
    /// <summary>Positions of a block; only the last block of a branch has fewer.</summary>
    public const int BlockLength = 32;

    private readonly Node _root = new(null, []);

    // A node is used whenever one below it is, just after it; so the last in this list never has children.
    private readonly LinkedList<Node> _byUse = [];
    private readonly Dictionary<string, Node> _tails = new(StringComparer.Ordinal);
    private readonly List<(Node Node, int Common)> _path = [];
    private long _operation;

    public int Blocks => _byUse.Count;

    /// <summary>
    /// Starts a batch's row with what is known of a sequence, but without its last position, whose logits are still needed. Returns the
    /// number of positions.
    /// </summary>
    /// <param name="further">Positions that may follow the sequence.</param>
    public int Restore(ReadOnlySpan<UInt128> sequence, KvBatch target, int further)
    {
        _path.Clear();
        var wanted = sequence[..^1];
        var length = 0;
        for (var node = _root; ; node = _path[^1].Node)
        {
            var (child, common) = Closest(node, wanted[length..Math.Min(length + BlockLength, wanted.Length)]);
            if (child is null)
            {
                break;
            }

            _path.Add((child, common));
            length += common;
            if (common < BlockLength)
            {
                break;
            }
        }

        InferenceInstruments.LookedUpPrefix(length > 0);
        target.Start(length, sequence.Length - length, further);
        var start = 0;
        foreach (var (node, common) in _path)
        {
            target.Write(start, common, node.Keys.Length, node.Block);
            start += common;
        }

        Touch();
        return length;
    }

    /// <summary>Copies what is not known yet of a row, as far as the budget allows.</summary>
    /// <param name="sequence">One for every position of the row.</param>
    /// <param name="dialogue">What only its previous sequence had is given up; null for none.</param>
    public void Add(ReadOnlySpan<UInt128> sequence, KvBatch source, int row, string? dialogue)
    {
        _path.Clear();
        _operation++;
        var node = _root;
        for (var start = 0; start < sequence.Length; start += BlockLength)
        {
            var wanted = sequence[start..Math.Min(start + BlockLength, sequence.Length)];
            var (child, common) = Closest(node, wanted);
            if (child is null || common < wanted.Length)
            {
                if (child is not null && common == child.Keys.Length)
                {
                    Remove(child);
                }

                child = Create(node, wanted);
                if (child is null)
                {
                    break;
                }

                source.Read(row, start, wanted.Length, child.Block);
            }

            child.LastOperation = _operation;
            _path.Add((child, wanted.Length));
            node = child;
        }

        Touch();
        if (dialogue is not null && _path.Count > 0)
        {
            Replace(dialogue, node);
        }
    }

    /// <summary>Drops what no sequence used for that long.</summary>
    public void DropUnused(TimeSpan lifetime)
    {
        while (_byUse.Last is { } oldest && time.GetElapsedTime(oldest.Value.UsedAt) >= lifetime)
        {
            Remove(oldest.Value);
        }
    }

    public void Dispose()
    {
        while (_byUse.Last is { } last)
        {
            Remove(last.Value);
        }
    }

    private static (Node? Child, int Common) Closest(Node node, ReadOnlySpan<UInt128> wanted)
    {
        (Node? Child, int Common) best = default;
        foreach (var child in node.Children)
        {
            var common = wanted.CommonPrefixLength(child.Keys);
            if (common > best.Common)
            {
                best = (child, common);
            }
        }

        return best;
    }

    private Node? Create(Node parent, ReadOnlySpan<UInt128> keys)
    {
        var bytes = keys.Length * layout.BytesPerPosition;
        if (bytes > budget)
        {
            return null;
        }

        while (memory.Bytes + bytes > budget)
        {
            var oldest = _byUse.Last!.Value;
            if (oldest.LastOperation == _operation)
            {
                return null;
            }

            Remove(oldest);
        }

        var node = new Node(parent, keys.ToArray()) { Block = memory.Allocate(bytes), UsedAt = time.GetTimestamp() };
        parent.Children.Add(node);
        _byUse.AddFirst(node.Use);
        return node;
    }

    private void Touch()
    {
        var now = time.GetTimestamp();
        for (var i = _path.Count - 1; i >= 0; i--)
        {
            _path[i].Node.UsedAt = now;
            var use = _path[i].Node.Use;
            _byUse.Remove(use);
            _byUse.AddFirst(use);
        }
    }

    private void Replace(string dialogue, Node tail)
    {
        if (_tails.TryGetValue(dialogue, out var old))
        {
            while (old.Parent is not null && old.Children.Count == 0 && old.LastOperation != _operation && old.Dialogue == dialogue)
            {
                Remove(old);
                old = old.Parent;
            }
        }

        foreach (var (node, _) in _path)
        {
            node.Dialogue = dialogue;
        }

        _tails[dialogue] = tail;
    }

    private void Remove(Node node)
    {
        memory.Free(node.Block, node.Keys.Length * layout.BytesPerPosition);
        node.Parent!.Children.Remove(node);
        _byUse.Remove(node.Use);
        if (node.Dialogue is { } dialogue && _tails.GetValueOrDefault(dialogue) == node)
        {
            _tails.Remove(dialogue);
        }
    }

    private sealed class Node
    {
        public Node(Node? parent, UInt128[] keys)
        {
            Parent = parent;
            Keys = keys;
            Use = new LinkedListNode<Node>(this);
        }

        public Node? Parent { get; }

        public UInt128[] Keys { get; }

        public List<Node> Children { get; } = [];

        public LinkedListNode<Node> Use { get; }

        /// <summary>All tensors one after the other, <c>[heads, positions, width]</c> each.</summary>
        public byte* Block { get; init; }

        public long LastOperation { get; set; }

        public long UsedAt { get; set; }

        /// <summary>The dialogue that used it last.</summary>
        public string? Dialogue { get; set; }
    }
}
