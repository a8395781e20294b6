using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Keys and values of sequences that advance in one run of the graph. Rows of different lengths end together: the shorter ones are padded in
/// front. Steps copy nothing here; rows are copied when they come, and one row when another goes. Memory grows by many positions at a time.
/// </summary>
internal sealed unsafe class KvBatch : IDisposable
{
    // Positions of every row that growing adds, so that the copy it costs is spread over as many steps.
    private const int Headroom = 64;

    private readonly KvSlab[] _slabs;
    private readonly List<int> _lengths = [];

    public KvBatch(KvLayout layout, KvMemory memory)
    {
        _slabs = Array.ConvertAll(layout.Tensors, tensor => new KvSlab(layout, tensor, memory));
    }

    public int Rows => _lengths.Count;

    /// <summary>Positions of each row, its padding included.</summary>
    public int Length { get; private set; }

    /// <summary>Positions, rows times length, that there is memory for.</summary>
    public long Capacity { get; private set; }

    /// <summary>Positions that are padding, all rows together.</summary>
    public int Padding { get; private set; }

    private ReadOnlySpan<int> Lengths => CollectionsMarshal.AsSpan(_lengths);

    /// <summary>Positions of a row without padding.</summary>
    public int LengthOf(int row) => _lengths[row];

    /// <summary>Adds the first row, with that many positions still to be written by <see cref="Write"/>.</summary>
    /// <param name="next">Positions that will follow soon.</param>
    /// <param name="further">Positions that may follow after those.</param>
    public void Start(int length, int next, int further)
    {
        _lengths.Add(0);
        Reserve(length + next, further);
        (_lengths[0], Length) = (length, length);
    }

    public OrtValue Past(int tensor) => _slabs[tensor].Past(Rows, Length);

    /// <summary>What a step of <paramref name="count"/> positions writes.</summary>
    public OrtValue Present(int tensor, int count) => _slabs[tensor].Present(Rows, Length + count);

    /// <summary>Makes room for the next positions of every row.</summary>
    /// <param name="count">What the next step adds.</param>
    /// <param name="further">What any row may still add after that.</param>
    public void Reserve(int count, int further = 0)
    {
        if ((long)Rows * (Length + count) <= Capacity)
        {
            return;
        }

        Capacity = (long)Rows * (Length + count + Math.Min(further, Headroom));
        foreach (var slab in _slabs)
        {
            slab.Resize(Capacity, (long)Rows * Length);
        }
    }

    /// <summary>A step was run: its present is the past now.</summary>
    public void Advance(int count)
    {
        foreach (var slab in _slabs)
        {
            slab.Swap();
        }

        Length += count;
        foreach (ref var length in CollectionsMarshal.AsSpan(_lengths))
        {
            length += count;
        }
    }

    /// <summary>Adds the rows of another batch, which is empty afterwards.</summary>
    /// <param name="further">Positions that any of the rows may still add.</param>
    /// <param name="spare">Positions that memory may be taken for beyond those.</param>
    public void Take(KvBatch other, int further, long spare = 0)
    {
        var length = Math.Max(Length, other.Length);
        var needed = (long)(Rows + other.Rows) * length;
        var capacity = Capacity;
        if (needed > Capacity)
        {
            // Twice as much where it may be had: else a batch that fills up row by row would be copied with every one.
            needed += (long)(Rows + other.Rows) * Math.Min(further, Headroom);
            capacity = Math.Max(needed, Math.Min(Capacity * 2, needed + spare));
        }

        for (var i = 0; i < _slabs.Length; i++)
        {
            other._slabs[i].FreePresent();
            _slabs[i].Resize(capacity, (long)Rows * Length);
            if (length > Length)
            {
                _slabs[i].Relayout(Lengths, Length, length);
            }

            _slabs[i].Take(other._slabs[i], other.Lengths, other.Length, Rows, length);
        }

        (Capacity, Length) = (capacity, length);
        _lengths.AddRange(other._lengths);
        other.Clear();
        CountPadding();
    }

    /// <summary>Drops a row; the last one takes its place.</summary>
    public void Remove(int row)
    {
        var last = Rows - 1;
        foreach (var slab in _slabs)
        {
            slab.RowsChanged();
            if (row < last)
            {
                slab.MoveRow(last, row, Length);
            }
        }

        _lengths[row] = _lengths[last];
        _lengths.RemoveAt(last);
        CountPadding();
    }

    /// <summary>
    /// Gives up padding that all rows have, where that saves the steps that follow more than it costs now, and memory of which less than half
    /// is needed.
    /// </summary>
    /// <param name="further">Positions that any row may still add.</param>
    public void Trim(int further)
    {
        var longest = 0;
        foreach (var length in _lengths)
        {
            longest = Math.Max(longest, length);
        }

        // One copy of everything, as a step makes one; so it pays after eight steps.
        if ((Length - longest) * 8 > Length)
        {
            foreach (var slab in _slabs)
            {
                slab.Relayout(Lengths, Length, longest);
            }

            Length = longest;
            CountPadding();
        }

        var needed = (long)Rows * (Length + Math.Min(further, Headroom));
        if (needed * 2 < Capacity)
        {
            Capacity = needed;
            foreach (var slab in _slabs)
            {
                slab.Resize(needed, (long)Rows * Length);
            }
        }
    }

    /// <summary>Copies positions of a row, counted without its padding, to a block: all tensors one after the other, <c>[heads, count, width]</c> each.</summary>
    public void Read(int row, int start, int count, byte* block)
    {
        start += Length - _lengths[row];
        foreach (var slab in _slabs)
        {
            block = slab.Read(row, Length, start, count, block);
        }
    }

    /// <summary>Copies the first positions of a block that has <paramref name="available"/> of them into the only row.</summary>
    public void Write(int start, int count, int available, byte* block)
    {
        foreach (var slab in _slabs)
        {
            block = slab.Write(0, Length, start, count, available, block);
        }
    }

    public void Dispose()
    {
        foreach (var slab in _slabs)
        {
            slab.Free();
        }

        Clear();
    }

    private void Clear()
    {
        _lengths.Clear();
        (Capacity, Length, Padding) = (0, 0, 0);
    }

    private void CountPadding()
    {
        Padding = Rows * Length;
        foreach (var length in _lengths)
        {
            Padding -= length;
        }
    }
}
