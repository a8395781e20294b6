namespace MultiModalMesh.Retrieval.Embedded.Scan;

/// <summary>A row of a state: the segment's place in it, and the row within.</summary>
internal readonly record struct RowAddress(long Value) : IComparable<RowAddress>
{
    public RowAddress(int segment, int row)
        : this(((long)segment << 32) | (uint)row)
    {
    }

    public int Segment => (int)(Value >> 32);

    public int Row => (int)Value;

    public int CompareTo(RowAddress other) => Value.CompareTo(other.Value);
}

/// <summary>A row with its score; the greater is the better, and of two with one score the earlier row.</summary>
internal readonly record struct RankedRow(float Score, RowAddress Row) : IComparable<RankedRow>
{
    public int CompareTo(RankedRow other) => Score.CompareTo(other.Score) is not 0 and var order ? order : other.Row.CompareTo(Row);
}

/// <summary>Keeps the best <paramref name="capacity"/> rows of any number: a bounded heap with the worst of them on top.</summary>
internal sealed class TopRows(int capacity, float least = float.NegativeInfinity)
{
    private readonly PriorityQueue<RowAddress, RankedRow> _kept = new(Math.Min(capacity, 1024));

    /// <summary>What a row has to score at least to be kept.</summary>
    public float Worst { get; private set; } = least;

    public int Count => _kept.Count;

    public void Offer(RowAddress row, float score)
    {
        // Nearly every row of a long scan ends here.
        if (score < Worst)
        {
            return;
        }

        var ranked = new RankedRow(score, row);
        if (_kept.Count < capacity)
        {
            _kept.Enqueue(row, ranked);
            if (_kept.Count < capacity)
            {
                return;
            }
        }
        else
        {
            _kept.EnqueueDequeue(row, ranked);
        }

        _kept.TryPeek(out _, out var worst);
        Worst = worst.Score;
    }

    public void Merge(TopRows other)
    {
        foreach (var (row, ranked) in other._kept.UnorderedItems)
        {
            Offer(row, ranked.Score);
        }
    }

    public IEnumerable<RankedRow> BestFirst() => _kept.UnorderedItems.Select(item => item.Priority).OrderDescending();
}
