namespace MultiModalMesh.Simulator.Mesh;

/// <summary>How much of which dialogue's prompt a worker still has; the one used longest ago goes first.</summary>
internal sealed class PrefixLru(int capacity)
{
    private readonly Dictionary<int, LinkedListNode<(int Dialogue, int Tokens)>> _byDialogue = [];
    private readonly LinkedList<(int Dialogue, int Tokens)> _oldestFirst = [];
    private long _tokens;

    public int Tokens(int dialogue) => _byDialogue.TryGetValue(dialogue, out var node) ? node.Value.Tokens : 0;

    public void Keep(int dialogue, int tokens)
    {
        if (_byDialogue.Remove(dialogue, out var node))
        {
            _tokens -= node.Value.Tokens;
            _oldestFirst.Remove(node);
        }

        _byDialogue[dialogue] = _oldestFirst.AddLast((dialogue, tokens));
        _tokens += tokens;
        while (_tokens > capacity && _oldestFirst.First is { } oldest)
        {
            _tokens -= oldest.Value.Tokens;
            _byDialogue.Remove(oldest.Value.Dialogue);
            _oldestFirst.RemoveFirst();
        }
    }

    public void Clear()
    {
        _byDialogue.Clear();
        _oldestFirst.Clear();
        _tokens = 0;
    }
}
