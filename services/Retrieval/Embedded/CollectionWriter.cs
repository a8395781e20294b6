using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded.Segments;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>The changing side of a collection: its segments, where ids are, and what the next state is. One caller at a time.</summary>
/// <remarks>A change is made durable and then published, so that nothing is found that a crash could take back.</remarks>
internal sealed class CollectionWriter(string folder, int dimensions, WriteOrder order, TimeProvider time)
{
    private readonly IdTable _ids = new();
    private List<SegmentView> _views = [];
    private volatile CollectionState _current = new([]);
    private long _lastSequence;
    private long _nextNumber = 1;

    /// <summary>Bytes of all rows, dead ones too.</summary>
    public long Bytes { get; private set; }

    public CollectionState Current => _current;

    public string Folder => folder;

    /// <summary>Opens what <see cref="SegmentFolder"/> found.</summary>
    public void Open(IReadOnlyList<(Segment Segment, LogContent Content)> found)
    {
        var byNumber = found.ToDictionary(pair => pair.Segment.Number, pair => pair.Segment);
        var dead = found.SelectMany(pair => pair.Segment.Deaths)
            .Where(death => byNumber.TryGetValue(death.Segment, out var segment) && death.Row < segment.Rows)
            .ToLookup(death => death.Segment, death => death.Row);
        _ids.Reserve(found.Sum(pair => pair.Segment.Rows));
        foreach (var (segment, content) in found.OrderBy(pair => pair.Segment.Rows > 0 ? pair.Segment.Sequence(0) : pair.Segment.Sealed ? 0 : long.MaxValue).ThenBy(pair => pair.Segment.Number))
        {
            var view = new SegmentView(segment, segment.Rows, [], 0);
            view = dead.Contains(segment.Number) ? view.With(dead[segment.Number]) : view;
            segment.DeadSince = view.DeadCount > 0 ? time.GetTimestamp() : 0;
            _views.Add(view);
            for (var row = 0; row < segment.Rows; row++)
            {
                if (!view.IsDead(row) && !_ids.TryAdd(content.Items[row].IdHash, new Place(segment, row)))
                {
                    _ids.Set(segment.Read(row).Id, new Place(segment, row));
                }
            }

            _nextNumber = Math.Max(_nextNumber, segment.Number + 1);
            _lastSequence = Math.Max(_lastSequence, segment.Rows > 0 ? segment.Sequence(segment.Rows - 1) : 0);
        }

        Publish(_views);
        foreach (var (segment, _) in found)
        {
            segment.Release();
        }
    }

    /// <summary>A hold on the newest state.</summary>
    public StateLease Lease()
    {
        while (true)
        {
            var state = _current;
            if (state.TryAcquire())
            {
                return new StateLease(state);
            }
        }
    }

    public Place? Find(string id) => _ids.Find(id);

    /// <summary>Begins a new segment if the last one has not enough room.</summary>
    public void MakeRoom(int rows)
    {
        if (Open() is { } open && open.HasRoomFor(rows))
        {
            return;
        }

        SealOpen();
        var capacity = CollectionLayout.CapacityAfter(_views.Count > 0 ? _views[^1].Segment.Capacity : 0, rows, dimensions);
        var segment = Segment.Create(folder, _nextNumber, dimensions, capacity, []);
        segment.Commit();
        _nextNumber++;
        Publish([.. _views, new SegmentView(segment, 0, [], 0)]);
        segment.Release();
    }

    /// <summary>Makes all that is there ready to be compacted.</summary>
    public void SealOpen() => Open()?.Seal();

    /// <summary>Writes items and deaths, all or none, into the last segment, which has room.</summary>
    /// <param name="upserts">Of different ids.</param>
    /// <param name="deletes">Of different ids, which are there and not among the upserts.</param>
    public void Write(IReadOnlyList<IndexedItem> upserts, IReadOnlyList<string> deletes)
    {
        var last = Open() ?? throw new InvalidOperationException("No segment takes rows; MakeRoom comes first.");
        var batch = new LogBatch();
        var records = new List<(IndexedItem, long, int, int)>(upserts.Count);
        var deaths = new List<Death>();
        foreach (var id in upserts.Select(item => item.Id).Concat(deletes))
        {
            if (_ids.Find(id) is { } before)
            {
                var death = new Death(before.Segment.Number, before.Row);
                deaths.Add(death);
                batch.AddDeath(death);
            }
        }

        var sequence = _lastSequence;
        foreach (var item in upserts)
        {
            sequence = order.Next(sequence, item.Sequence);
            var offset = batch.AddItem(sequence, item.Id, item.Vector, item.Payload);
            records.Add((item, sequence, offset, batch.Length - offset));
        }

        var first = last.Rows;
        try
        {
            last.Append(batch, records, deaths);
        }
        catch
        {
            last.DropUnfinished();
            throw;
        }

        _lastSequence = sequence;
        foreach (var id in deletes)
        {
            _ids.Remove(id);
        }

        for (var i = 0; i < upserts.Count; i++)
        {
            _ids.Set(upserts[i].Id, new Place(last, first + i));
        }

        Publish(WithDeaths(deaths, last));
    }

    /// <summary>Puts a compacted segment in the place of those that it replaces.</summary>
    /// <param name="moved">For every row of a replaced segment that was copied, its new row.</param>
    public void Replace(IReadOnlyList<Segment> replaced, Segment by, IReadOnlyDictionary<Place, int> moved)
    {
        var dead = new List<int>();
        var late = new LogBatch();
        var lateDeaths = new List<Death>();
        foreach (var view in _views.Where(view => replaced.Contains(view.Segment)))
        {
            foreach (var (_, row) in moved.Where(pair => pair.Key.Segment == view.Segment && view.IsDead(pair.Key.Row)).Select(pair => (pair.Key, pair.Value)))
            {
                dead.Add(row);
                lateDeaths.Add(new Death(by.Number, row));
                late.AddDeath(lateDeaths[^1]);
            }
        }

        // What the replaced ones say of rows that stay has to be said by somebody.
        var staying = _views.Where(view => !replaced.Contains(view.Segment)).ToDictionary(view => view.Segment.Number);
        foreach (var death in replaced.SelectMany(segment => segment.Deaths).Where(death => staying.ContainsKey(death.Segment)))
        {
            lateDeaths.Add(death);
            late.AddDeath(death);
        }

        if (!late.IsEmpty)
        {
            by.Append(late, [], lateDeaths);
        }

        by.Seal();
        by.Commit();
        var deadRows = dead.ToHashSet();
        foreach (var (from, row) in moved)
        {
            if (!deadRows.Contains(row))
            {
                _ids.Set(by.Read(row).Id, new Place(by, row));
            }
        }

        var place = _views.FindIndex(view => replaced.Contains(view.Segment));
        var views = _views.Where(view => !replaced.Contains(view.Segment)).ToList();
        var compacted = new SegmentView(by, by.Rows, [], 0);
        views.Insert(place, dead.Count > 0 ? compacted.With(dead) : compacted);
        by.DeadSince = dead.Count > 0 ? time.GetTimestamp() : 0;
        foreach (var segment in replaced)
        {
            segment.Retire();
        }

        Publish(views);
        by.Release();
    }

    public long TakeNumber() => _nextNumber++;

    public void Close() => Publish([]);

    // At most one takes rows; a compacted one may stand behind it.
    private Segment? Open() => _views.Find(view => !view.Segment.Sealed).Segment;

    private List<SegmentView> WithDeaths(List<Death> deaths, Segment grown)
    {
        var dead = deaths.ToLookup(death => death.Segment, death => death.Row);
        var views = new List<SegmentView>(_views.Count);
        foreach (var view in _views)
        {
            var next = view.Segment == grown ? view with { Count = grown.Rows } : view;
            if (dead.Contains(view.Segment.Number))
            {
                next = next.With(dead[view.Segment.Number]);
                view.Segment.DeadSince = view.Segment.DeadSince == 0 ? time.GetTimestamp() : view.Segment.DeadSince;
            }

            views.Add(next);
        }

        return views;
    }

    private void Publish(List<SegmentView> views)
    {
        _views = views;
        Bytes = views.Sum(view => ((long)view.Count * dimensions * (sizeof(float) + 1)) + view.Segment.PayloadBytes);
        var before = _current;
        _current = new CollectionState(views);
        before.Release();
    }
}
