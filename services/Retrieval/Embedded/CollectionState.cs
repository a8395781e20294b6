using MultiModalMesh.Retrieval.Embedded.Segments;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>A segment as a state has it.</summary>
/// <param name="Count">Rows that are there for this state.</param>
/// <param name="Dead">A bit per row: replaced or deleted. Empty if none is.</param>
internal readonly record struct SegmentView(Segment Segment, int Count, ulong[] Dead, int DeadCount)
{
    public int LiveCount => Count - DeadCount;

    public bool IsDead(int row) => Dead.Length > 0 && (Dead[row >> 6] >> (row & 63) & 1) != 0;

    public SegmentView With(IEnumerable<int> deadRows)
    {
        var dead = new ulong[(Segment.Capacity + 63) / 64];
        Dead.CopyTo(dead, 0);
        var count = DeadCount;
        foreach (var row in deadRows)
        {
            var bit = 1UL << (row & 63);
            count += (dead[row >> 6] & bit) == 0 ? 1 : 0;
            dead[row >> 6] |= bit;
        }

        return this with { Dead = dead, DeadCount = count };
    }
}

/// <summary>
/// The items of a collection at one moment. Never changes for its readers: a later state shares the segments and has rows and deaths
/// that this one does not count. Its segments stay readable until it is released.
/// </summary>
internal sealed class CollectionState
{
    private int _readers = 1;

    /// <param name="segments">In the order of their writing.</param>
    public CollectionState(IReadOnlyList<SegmentView> segments)
    {
        Segments = [.. segments];
        foreach (var view in Segments)
        {
            view.Segment.Acquire();
            LiveCount += view.LiveCount;
        }
    }

    public SegmentView[] Segments { get; }

    public long LiveCount { get; }

    /// <returns>False if the last reader has gone already; there is a newer state then.</returns>
    public bool TryAcquire()
    {
        for (var readers = Volatile.Read(ref _readers); readers > 0; readers = Volatile.Read(ref _readers))
        {
            if (Interlocked.CompareExchange(ref _readers, readers + 1, readers) == readers)
            {
                return true;
            }
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _readers) == 0)
        {
            foreach (var view in Segments)
            {
                view.Segment.Release();
            }
        }
    }
}

/// <summary>A reader's hold on a state.</summary>
internal readonly struct StateLease(CollectionState state) : IDisposable
{
    public CollectionState State => state;

    public void Dispose() => state.Release();
}
