using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>
/// The changing side of a <see cref="VectorIndex"/>. One writer at a time; readers take <see cref="Current"/> and are never waited for.
/// </summary>
/// <remarks>A change is prepared, made durable by the caller, then published, so that nothing is found that a crash could take back.</remarks>
internal sealed class VectorTable(int dimensions)
{
    private const int FewestDeadToCompact = 1024;

    private Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private volatile VectorIndex _current = VectorIndex.Empty(dimensions);

    public VectorIndex Current => _current;

    public bool Contains(string id) => _rows.ContainsKey(id);

    /// <summary>The state after <paramref name="upserts"/>; of several with one id the last counts.</summary>
    public VectorIndex PrepareUpsert(IReadOnlyList<IndexedItem> upserts)
    {
        var index = Grow(_current, upserts.Count);
        var dead = index.Dead.ToArray();
        var deadCount = index.DeadCount;
        var bytes = index.Bytes;
        var added = new Dictionary<string, int>(upserts.Count, StringComparer.Ordinal);
        var row = index.Count;
        foreach (var item in upserts)
        {
            item.Vector.CopyTo(index.Vectors, (long)row * dimensions);
            index.Ids[row] = item.Id;
            index.Payloads[row] = item.Payload;
            if (added.TryGetValue(item.Id, out var before) || _rows.TryGetValue(item.Id, out before))
            {
                dead[before >> 6] |= 1UL << (before & 63);
                deadCount++;
            }

            added[item.Id] = row++;
            bytes += SizeOf(item);
        }

        return With(index, row, dead, deadCount, bytes);
    }

    /// <summary>The state without <paramref name="ids"/>, which are all in the table and different from each other.</summary>
    public VectorIndex PrepareDelete(IReadOnlyList<string> ids)
    {
        var dead = _current.Dead.ToArray();
        foreach (var id in ids)
        {
            dead[_rows[id] >> 6] |= 1UL << (_rows[id] & 63);
        }

        return With(_current, _current.Count, dead, _current.DeadCount + ids.Count, _current.Bytes);
    }

    /// <summary>Makes a prepared state the current one.</summary>
    public void Publish(VectorIndex next, IReadOnlyList<string> deleted)
    {
        for (var row = _current.Count; row < next.Count; row++)
        {
            _rows[next.Ids[row]] = row;
        }

        foreach (var id in deleted)
        {
            _rows.Remove(id);
        }

        _current = next.DeadCount > FewestDeadToCompact && next.DeadCount > next.Count / 2 ? Compact(next) : next;
    }

    public static long SizeOf(IndexedItem item) => (sizeof(float) * (long)item.Vector.Length) + (item.Payload?.Length ?? 0) + (sizeof(char) * item.Id.Length);

    private static VectorIndex Grow(VectorIndex index, int rows)
    {
        var needed = index.Count + rows;
        if (needed <= index.Ids.Length)
        {
            return index;
        }

        var capacity = (int)Math.Min(Math.Max(needed, 1.5 * index.Ids.Length), Array.MaxLength / index.Dimensions);
        if (capacity < needed)
        {
            throw new MeshException(ErrorReason.CapacityReached, $"A collection of {index.Dimensions} dimensions holds at most {capacity} items.");
        }

        var vectors = GC.AllocateUninitializedArray<float>(capacity * index.Dimensions);
        index.Vectors.AsSpan(0, index.Count * index.Dimensions).CopyTo(vectors);
        var ids = new string[capacity];
        index.Ids.AsSpan(0, index.Count).CopyTo(ids);
        var payloads = new byte[]?[capacity];
        index.Payloads.AsSpan(0, index.Count).CopyTo(payloads);
        var dead = new ulong[(capacity + 63) / 64];
        index.Dead.CopyTo(dead, 0);
        return new VectorIndex
        {
            Dimensions = index.Dimensions,
            Vectors = vectors,
            Ids = ids,
            Payloads = payloads,
            Dead = dead,
            DeadCount = index.DeadCount,
            Count = index.Count,
            Bytes = index.Bytes,
            Columns = index.Columns,
        };
    }

    private static VectorIndex With(VectorIndex index, int count, ulong[] dead, int deadCount, long bytes) => new()
    {
        Dimensions = index.Dimensions,
        Vectors = index.Vectors,
        Ids = index.Ids,
        Payloads = index.Payloads,
        Dead = dead,
        DeadCount = deadCount,
        Count = count,
        Bytes = bytes,
        Columns = index.Columns,
    };

    private VectorIndex Compact(VectorIndex index)
    {
        var table = new VectorTable(dimensions);
        List<IndexedItem> live = new(index.LiveCount);
        for (var row = 0; row < index.Count; row++)
        {
            if (!index.IsDead(row))
            {
                live.Add(new IndexedItem(index.Ids[row], index.Vectors[(row * dimensions)..((row + 1) * dimensions)], index.Payloads[row]));
            }
        }

        table.Publish(table.PrepareUpsert(live), []);
        _rows = table._rows;
        return table.Current;
    }
}
