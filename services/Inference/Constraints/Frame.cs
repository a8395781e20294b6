namespace MultiModalMesh.Inference.Constraints;

/// <summary>
/// What is still to be written, one layer of it. Frames are values: equal ones are the same place of the grammar. One that stands on top of a
/// stack of an automaton state takes a byte; the others are expanded when they come to the top.
/// </summary>
internal abstract record Frame
{
    /// <summary>Reports every stack with a byte-taking top that this one on top of <paramref name="rest"/> can become without a byte.</summary>
    public virtual void Expand(Closure closure, FrameStack? rest) => closure.Add(this, rest);

    /// <summary>Reports what this one becomes by a byte; nothing if the byte cannot stand here.</summary>
    public virtual void Advance(byte value, Closure closure, FrameStack? rest) => throw new InvalidOperationException($"{GetType().Name} takes no byte.");

    /// <summary>The frame with counters that no token can exhaust cut to <paramref name="limit"/>.</summary>
    public virtual Frame Saturated(int limit) => this;
}

/// <summary>Frames from the top down. Made by <see cref="Automaton"/>, which makes equal ones once.</summary>
internal sealed class FrameStack(Frame top, FrameStack? rest, int id)
{
    public Frame Top => top;

    public FrameStack? Rest => rest;

    public int Id => id;
}

/// <summary>A word, or one of several, spelled in bytes.</summary>
internal sealed class WordTree
{
    private readonly Dictionary<byte, WordTree> _next = [];

    public bool IsEnd { get; private set; }

    public bool HasNext => _next.Count > 0;

    public WordTree? Next(byte value) => _next.GetValueOrDefault(value);

    public static WordTree Of(IEnumerable<byte[]> words)
    {
        var root = new WordTree();
        foreach (var word in words)
        {
            var node = root;
            foreach (var b in word)
            {
                if (!node._next.TryGetValue(b, out var next))
                {
                    node._next[b] = next = new WordTree();
                }

                node = next;
            }

            node.IsEnd = true;
        }

        return root;
    }

    public static WordTree Of(string word) => Of([System.Text.Encoding.UTF8.GetBytes(word)]);
}

internal sealed record WordFrame(WordTree Place) : Frame
{
    public override void Expand(Closure closure, FrameStack? rest)
    {
        if (Place.IsEnd)
        {
            closure.Enter(rest);
        }

        if (Place.HasNext)
        {
            closure.Add(this, rest);
        }
    }

    public override void Advance(byte value, Closure closure, FrameStack? rest)
    {
        if (Place.Next(value) is { } next)
        {
            closure.Push(new WordFrame(next), rest);
        }
    }
}
