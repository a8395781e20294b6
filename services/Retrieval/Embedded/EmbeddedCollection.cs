using System.Text;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Embedded.Filters;
using MultiModalMesh.Retrieval.Embedded.Scan;
using MultiModalMesh.Retrieval.Embedded.Segments;
using MultiModalMesh.Retrieval.Embedded.Text;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>A collection in segments of its own folder. Searches wait for no write, writes for no search; writes that come together share one wait for the disk.</summary>
internal sealed class EmbeddedCollection : IItemCollection
{
    private const int RowsBetweenCancellationChecks = 4096;

    // A first pass over codes pays when there is something to leave out.
    private const int CodesFirstFrom = 2048;

    private readonly PayloadColumns _columns = new();
    private readonly TextIndexes _texts = new();
    private readonly CollectionWriter _writer;
    private readonly WriteQueue _writes;

    /// <summary>Opens the folder's segments, or begins empty.</summary>
    public EmbeddedCollection(long rowId, CollectionInfo info, string folder, WriteOrder order, TimeProvider time, Action<long> checkRoom)
    {
        (RowId, Info) = (rowId, info);
        _writer = new CollectionWriter(folder, info.Dimensions, order, time);
        _writes = new WriteQueue(_writer, () => Broken ?? (IsDeleted ? Deleted() : null), checkRoom);
        try
        {
            _writer.Open(SegmentFolder.Open(folder));
        }
        catch (MeshException failure)
        {
            // The other collections are served; this one says at every call what is wrong with it, and can be deleted.
            Broken = failure;
        }
    }

    public long RowId { get; }

    public CollectionInfo Info { get; }

    /// <summary>What is wrong with its files, if anything is.</summary>
    public MeshException? Broken { get; private set; }

    public bool IsDeleted { get; set; }

    public long ItemCount => _writer.Current.LiveCount;

    public long Bytes => _writer.Bytes;

    public string? LastWriteError => _writes.LastError;

    public Task UpsertAsync(IReadOnlyList<IndexedItem> items, CancellationToken cancellationToken) => _writes.RunAsync(items, [], cancellationToken);

    public Task<int> DeleteAsync(IEnumerable<string> ids, CancellationToken cancellationToken) => _writes.RunAsync([], [.. ids], cancellationToken);

    public Task<IReadOnlyList<IndexedItem>> GetAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => _writes.ReadAsync<IReadOnlyList<IndexedItem>>(
        () =>
        {
            List<IndexedItem> items = [];
            foreach (var id in ids)
            {
                if (_writer.Find(id) is { } place)
                {
                    items.Add(new IndexedItem(id, place.Segment.Vector(place.Row).ToArray(), place.Segment.Read(place.Row).Payload, place.Segment.Sequence(place.Row)));
                }
            }

            return items;
        },
        cancellationToken);

    public Task<IReadOnlyList<Hit>> FindNearestAsync(NearestQuery query, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<Hit>>(
        state =>
        {
            var way = state.LiveCount < CodesFirstFrom ? ScanWay.Vectors : ScanWay.CodesFirst;
            var rows = FindNearest(state, query, way, cancellationToken);
            return [.. rows.Select(ranked => ToHit(state, ranked, query.WithVectors))];
        },
        cancellationToken);

    /// <summary>As <see cref="FindNearestAsync"/>, by a way of the caller's choice and without ids and payloads.</summary>
    public IReadOnlyList<RankedRow> FindNearest(NearestQuery query, ScanWay way)
    {
        using var lease = Lease();
        return FindNearest(lease.State, query, way, CancellationToken.None);
    }

    public Task<TextStatistics> MeasureTextAsync(string text, IReadOnlyList<string> fields, CancellationToken cancellationToken) => ReadAsync(
        state => _texts.Of(fields).Measure(state, text),
        cancellationToken);

    public Task<IReadOnlyList<Hit>> FindTextAsync(TextQuery query, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<Hit>>(
        state => [.. _texts.Of(query.Fields).Search(state, query, _columns.Evaluate(state, query.Filter)).Select(ranked => ToHit(state, ranked, withVector: false))],
        cancellationToken);

    public Task<long> CountAsync(ItemFilter? filter, CancellationToken cancellationToken) => ReadAsync(
        state => filter is null ? state.LiveCount : Rows(state, filter, 0).LongCount(),
        cancellationToken);

    public Task<ItemPage> ScrollAsync(long after, int size, ItemFilter? filter, bool withVectors, CancellationToken cancellationToken) => ReadAsync(
        state =>
        {
            var found = Rows(state, filter, after).Take(size + 1).ToList();
            var page = found.Take(size).ToList();
            var items = page.Select(address =>
            {
                var segment = state.Segments[address.Segment].Segment;
                var (id, payload) = segment.Read(address.Row);
                return new IndexedItem(id, withVectors ? segment.Vector(address.Row).ToArray() : [], payload, segment.Sequence(address.Row));
            }).ToList();
            return new ItemPage(items, items.Count > 0 ? items[^1].Sequence : after, found.Count <= size);
        },
        cancellationToken);

    /// <summary>Those of some pictures that are the id of an item, or that a payload has anywhere.</summary>
    public Task<IReadOnlyList<string>> FindUsedPicturesAsync(IReadOnlyList<string> imageIds, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<string>>(
        state =>
        {
            // Without an index: it is asked when a dialogue is deleted. A payload has its strings as they are, in UTF-8, so there is no need to take it apart.
            var wanted = imageIds.Distinct(StringComparer.Ordinal).Select(id => (Id: id, Bytes: Encoding.UTF8.GetBytes(id))).ToList();
            var found = new HashSet<string>(StringComparer.Ordinal);
            var read = 0;
            foreach (var address in Rows(state, null, 0))
            {
                if (wanted.Count == 0)
                {
                    break;
                }

                if (++read % RowsBetweenCancellationChecks == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                var (id, payload) = state.Segments[address.Segment].Segment.Read(address.Row);
                wanted.RemoveAll(one => (id == one.Id || payload.AsSpan().IndexOf(one.Bytes) >= 0) && found.Add(one.Id));
            }

            return [.. imageIds.Where(found.Contains)];
        },
        cancellationToken);

    /// <summary>Rewrites segments with rows that died before <paramref name="diedBefore"/>, or of which most are dead; their bytes are gone from the disk then.</summary>
    public Task CompactAsync(long diedBefore, CancellationToken cancellationToken) => Broken is null && !IsDeleted
        ? new Compaction(_writer, _writes, Info.Dimensions).RunAsync(diedBefore, cancellationToken)
        : Task.CompletedTask;

    /// <summary>Compares every vector with its checksum; what does not match is <see cref="Broken"/>.</summary>
    public void Verify(CancellationToken cancellationToken)
    {
        if (Broken is not null)
        {
            return;
        }

        using var lease = _writer.Lease();
        try
        {
            foreach (var view in lease.State.Segments)
            {
                for (var row = 0; row < view.Count; row++)
                {
                    if (row % RowsBetweenCancellationChecks == 0)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                    }

                    view.Segment.Verify(row);
                }
            }
        }
        catch (MeshException failure)
        {
            Broken = failure;
        }
    }

    public Task CloseAsync() => _writes.CloseAsync();

    private static Hit ToHit(CollectionState state, RankedRow ranked, bool withVector)
    {
        var segment = state.Segments[ranked.Row.Segment].Segment;
        var (id, payload) = segment.Read(ranked.Row.Row);
        return new Hit(id, ranked.Score, payload, withVector ? segment.Vector(ranked.Row.Row).ToArray() : null, segment.Sequence(ranked.Row.Row));
    }

    private IReadOnlyList<RankedRow> FindNearest(CollectionState state, NearestQuery query, ScanWay way, CancellationToken cancellationToken) =>
        new NearestScan(state, _columns.Evaluate(state, query.Filter), query.Vector, query.Limit, query.MinScore, cancellationToken).Run(way);

    // The rows that are alive and pass, from behind a place on.
    private IEnumerable<RowAddress> Rows(CollectionState state, ItemFilter? filter, long after)
    {
        var passing = _columns.Evaluate(state, filter);
        for (var i = 0; i < state.Segments.Length; i++)
        {
            var view = state.Segments[i];
            for (var row = view.Segment.FirstRowAfter(after, view.Count); row < view.Count; row++)
            {
                if (!view.IsDead(row) && (passing[i] is not { } mask || (mask[row >> 6] >> (row & 63) & 1) != 0))
                {
                    yield return new RowAddress(i, row);
                }
            }
        }
    }

    private Task<T> ReadAsync<T>(Func<CollectionState, T> read, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var lease = Lease();
            return read(lease.State);
        },
        cancellationToken);

    private StateLease Lease() => IsDeleted ? throw Deleted() : Broken is { } broken ? throw broken : _writer.Lease();

    private MeshException Deleted() => new(ErrorReason.CollectionNotFound, $"The collection '{Info.Key.Name}' was deleted meanwhile.") { Field = "name.collection" };
}
