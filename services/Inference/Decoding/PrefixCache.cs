namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Keys and values of earlier sequences, found again by the longest common prefix of tokens and the same picture; the least recently used go
/// when the budget of bytes is spent. A match never spans a picture position unless the pictures' features are equal. Safe for concurrent use.
/// </summary>
internal sealed class PrefixCache(long budget) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _byUse = [];

    public long Bytes { get; private set; }

    public int Count => _byUse.Count;

    /// <summary>The state that covers most of a prompt, but not its last position, whose logits are still needed. The caller releases it.</summary>
    public KvState? Find(IReadOnlyList<int> prompt, string? picture)
    {
        var tokens = prompt as int[] ?? [.. prompt];
        KvState state;
        int length;
        lock (_gate)
        {
            LinkedListNode<Entry>? best = null;
            length = 0;
            for (var node = _byUse.First; node is not null; node = node.Next)
            {
                var common = Math.Min(CommonPrefix(node.Value, tokens, picture), tokens.Length - 1);
                if (common > length)
                {
                    (best, length) = (node, common);
                }
            }

            if (best is null)
            {
                return null;
            }

            _byUse.Remove(best);
            _byUse.AddFirst(best);
            state = best.Value.State.AddReference();
        }

        if (length == state.Length)
        {
            return state;
        }

        var part = state.Truncate(length);
        state.Release();
        return part;
    }

    /// <summary>Takes a reference of its own. Entries that the new one makes useless go: those of the same key, and those it extends.</summary>
    public void Add(IReadOnlyList<int> tokens, string? picture, KvState state, string? key)
    {
        if (state.Bytes > budget || state.Length == 0)
        {
            return;
        }

        var entry = new Entry([.. tokens.Take(state.Length)], picture, state, key);
        lock (_gate)
        {
            for (var node = _byUse.First; node is not null;)
            {
                var next = node.Next;
                if ((key is not null && node.Value.Key == key) || CommonPrefix(node.Value, entry.Tokens, picture) == node.Value.Tokens.Length)
                {
                    Remove(node);
                }

                node = next;
            }

            state.AddReference();
            _byUse.AddFirst(entry);
            Bytes += state.Bytes;
            while (Bytes > budget)
            {
                Remove(_byUse.Last!);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_byUse.First is { } node)
            {
                Remove(node);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        Bytes -= node.Value.State.Bytes;
        node.Value.State.Release();
    }

    private static int CommonPrefix(Entry entry, ReadOnlySpan<int> tokens, string? picture)
    {
        var common = entry.Tokens.AsSpan().CommonPrefixLength(tokens);
        if (entry.Picture != picture && tokens[..common].IndexOf(GenerationRequest.ImagePosition) is var first and >= 0)
        {
            return first;
        }

        return common;
    }

    private sealed record Entry(int[] Tokens, string? Picture, KvState State, string? Key);
}
