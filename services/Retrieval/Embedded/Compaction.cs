using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded.Segments;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>
/// Writes what is alive of some segments into a new one that takes their place. What is dead is in no file then. Copying goes on beside
/// searches and writes; only the change of places waits for a turn.
/// </summary>
/// <remarks>The new log names those that it replaces, so a crash leaves either them or it: a start deletes what is replaced.</remarks>
internal sealed class Compaction(CollectionWriter writer, WriteQueue writes, int dimensions)
{
    private const int RowsPerBatch = 1024;

    public async Task RunAsync(long diedBefore, CancellationToken cancellationToken)
    {
        await writes.ReadAsync(() => SealDue(diedBefore), cancellationToken);
        var tried = new HashSet<Segment>();
        while (true)
        {
            using var lease = writer.Lease();
            var chosen = Choose(lease.State, diedBefore, tried);
            if (chosen.Count == 0)
            {
                return;
            }

            tried.UnionWith(chosen.Select(view => view.Segment));
            var number = await writes.ReadAsync(writer.TakeNumber, cancellationToken);
            var (copy, moved) = await Task.Run(() => Copy(chosen, number, cancellationToken), cancellationToken);
            try
            {
                await writes.ReadAsync(
                    () =>
                    {
                        writer.Replace([.. chosen.Select(view => view.Segment)], copy, moved);
                        return 0;
                    },
                    CancellationToken.None);
            }
            catch (MeshException)
            {
                // The collection was deleted, or is no longer in order; what was copied is nobody's.
                copy.Retire();
                copy.Release();
                throw;
            }
        }
    }

    private static bool IsDue(SegmentView view, long diedBefore) =>
        view.DeadCount > 0 && (view.Segment.DeadSince <= diedBefore || (view.DeadCount > view.Count / 2 && view.DeadCount >= RowsPerBatch));

    // The segment that takes rows cannot be rewritten; it ends here, and another one begins with the next write.
    private bool SealDue(long diedBefore)
    {
        if (writer.Current.Segments.FirstOrDefault(view => !view.Segment.Sealed) is { Segment: not null } open && IsDue(open, diedBefore))
        {
            writer.SealOpen();
            return true;
        }

        return false;
    }

    /// <summary>The first that is due, with those behind it as long as all fit into one and it is worth it.</summary>
    private List<SegmentView> Choose(CollectionState state, long diedBefore, HashSet<Segment> tried)
    {
        var most = CollectionLayout.CapacityAfter(int.MaxValue / 2, 0, dimensions);
        List<SegmentView> chosen = [];
        var live = 0;
        foreach (var view in state.Segments)
        {
            var fits = view.Segment.Sealed && !tried.Contains(view.Segment) && live + view.LiveCount <= most;
            if (chosen.Count == 0 ? fits && IsDue(view, diedBefore) : fits && (IsDue(view, diedBefore) || view.LiveCount < most / 8))
            {
                chosen.Add(view);
                live += view.LiveCount;
            }
            else if (chosen.Count > 0)
            {
                break;
            }
        }

        return chosen;
    }

    private (Segment Copy, Dictionary<Place, int> Moved) Copy(List<SegmentView> views, long number, CancellationToken cancellationToken)
    {
        var live = views.Sum(view => view.LiveCount);
        var copy = Segment.Create(writer.Folder, number, dimensions, Math.Max(1, live), [.. views.Select(view => view.Segment.Number)]);
        try
        {
            var moved = new Dictionary<Place, int>(live);
            foreach (var view in views)
            {
                foreach (var rows in Enumerable.Range(0, view.Count).Where(row => !view.IsDead(row)).Chunk(RowsPerBatch))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Copy(view.Segment, rows, copy, moved);
                }
            }

            return (copy, moved);
        }
        catch
        {
            copy.Retire();
            copy.Release();
            throw;
        }
    }

    private static void Copy(Segment from, int[] rows, Segment to, Dictionary<Place, int> moved)
    {
        var batch = new LogBatch();
        List<(IndexedItem, long, int, int)> records = [];
        foreach (var row in rows)
        {
            var (id, payload) = from.Read(row);
            var item = new IndexedItem(id, from.Vector(row).ToArray(), payload);
            var offset = batch.AddItem(from.Sequence(row), id, item.Vector, payload);
            moved[new Place(from, row)] = to.Rows + records.Count;
            records.Add((item, from.Sequence(row), offset, batch.Length - offset));
        }

        to.Append(batch, records, []);
    }
}
