namespace MultiModalMesh.Retrieval.Search;

/// <summary>A row with its score; the greater is the better, and of two with one score the earlier row.</summary>
internal readonly record struct RankedRow(float Score, int Row) : IComparable<RankedRow>
{
    public int CompareTo(RankedRow other) => Score.CompareTo(other.Score) is not 0 and var order ? order : other.Row.CompareTo(Row);
}

/// <summary>Keeps the best <paramref name="capacity"/> rows of any number: a bounded heap with the worst of them on top.</summary>
internal sealed class TopRows(int capacity)
{
    private readonly PriorityQueue<int, RankedRow> _kept = new(Math.Min(capacity, 1024));
    private float _worst = float.NegativeInfinity;

    public void Offer(int row, float score)
    {
        // Nearly every row of a long scan ends here.
        if (_kept.Count == capacity && score < _worst)
        {
            return;
        }

        var ranked = new RankedRow(score, row);
        if (_kept.Count < capacity)
        {
            _kept.Enqueue(row, ranked);
        }
        else
        {
            _kept.EnqueueDequeue(row, ranked);
        }

        _kept.TryPeek(out _, out var worst);
        _worst = worst.Score;
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
