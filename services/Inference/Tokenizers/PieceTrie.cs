namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// A prefix tree of strings with a number each, in three flat arrays: the children of a node stand side by side, in the order of their
/// characters. Ten bytes a node, built in time linear in the length of all strings.
/// </summary>
internal sealed class PieceTrie
{
    private readonly List<char> _labels = ['\0'];
    private readonly List<int> _firstChild = [];
    private readonly List<int> _values = [-1];

    /// <param name="pieces">Not empty strings; of equal ones the first counts.</param>
    public PieceTrie(IEnumerable<(string Text, int Value)> pieces)
    {
        var sorted = pieces.DistinctBy(p => p.Text, StringComparer.Ordinal).ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Text, b.Text));
        Queue<(int Low, int High, int Depth)> nodes = new([(0, sorted.Length, 0)]);
        while (nodes.TryDequeue(out var node))
        {
            // A level after the other: nodes leave the queue in the order in which they were numbered.
            var low = node.Low;
            if (low < node.High && sorted[low].Text.Length == node.Depth)
            {
                _values[_firstChild.Count] = sorted[low++].Value;
            }

            _firstChild.Add(_labels.Count);
            while (low < node.High)
            {
                var label = sorted[low].Text[node.Depth];
                var high = low + 1;
                while (high < node.High && sorted[high].Text[node.Depth] == label)
                {
                    high++;
                }

                _labels.Add(label);
                _values.Add(-1);
                nodes.Enqueue((low, high, node.Depth + 1));
                low = high;
            }
        }

        _firstChild.Add(_labels.Count);
    }

    public const int Root = 0;

    /// <summary>The node one character further, or -1.</summary>
    public int Step(int node, char character)
    {
        var low = _firstChild[node];
        var high = _firstChild[node + 1] - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var label = _labels[middle];
            if (label == character)
            {
                return middle;
            }

            if (label < character)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    /// <summary>The number of the string that ends at a node, or -1.</summary>
    public int Value(int node) => _values[node];

    /// <summary>The longest string that a text begins with; its number is -1 if there is none.</summary>
    public (int Value, int Length) Longest(ReadOnlySpan<char> text)
    {
        var best = (Value: -1, Length: 0);
        var node = Root;
        for (var i = 0; i < text.Length && (node = Step(node, text[i])) >= 0; i++)
        {
            if (_values[node] >= 0)
            {
                best = (_values[node], i + 1);
            }
        }

        return best;
    }
}
