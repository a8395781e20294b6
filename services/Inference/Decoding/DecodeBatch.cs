namespace MultiModalMesh.Inference.Decoding;

/// <summary>Sequences that advance in one run of the graph, and their keys and values. A sequence in prefill has a batch of its own.</summary>
internal sealed class DecodeBatch(DecoderRunner runner, KvMemory memory) : IDisposable
{
    private readonly EncoderRows? _encoder = runner.Graph.Encoder is { } encoder ? new EncoderRows(encoder.Type) : null;
    private readonly List<Sequence> _sequences = [];
    private int[] _tokens = new int[1];

    public KvBatch Kv { get; } = new(runner.Graph.Layout, memory);

    public int Count => _sequences.Count;

    /// <summary>What the batch's keys and values take at most, until its last sequence has ended: past and present.</summary>
    public long BytesAtEnd => Bytes(Count, Kv.Length + Further());

    public Sequence this[int row] => _sequences[row];

    public static long Bytes(DecoderGraph graph, int rows, int length) => 2L * rows * length * graph.Layout.BytesPerPosition;

    /// <summary>The first sequence; <see cref="Kv"/> has its row already.</summary>
    public void Start(Sequence sequence)
    {
        _sequences.Add(sequence);
        RowsChanged();
    }

    /// <summary>Computes the next chunk of the only sequence.</summary>
    public void Prefill(int count)
    {
        var sequence = _sequences[0];
        Kv.Reserve(count, Further());
        runner.Run(Kv, sequence.Tokens.Slice(sequence.Computed, count), _encoder?.Value, sequence.Request.Image, sequence.ImageRow);
        sequence.Advance(count);
    }

    /// <summary>Computes one position of every sequence: that of its newest token.</summary>
    public void Step()
    {
        if (_tokens.Length < Count)
        {
            _tokens = new int[Count * 2];
        }

        for (var row = 0; row < Count; row++)
        {
            _tokens[row] = _sequences[row].Tokens[^1];
        }

        Kv.Reserve(1, Further() - 1);
        runner.Run(Kv, _tokens.AsSpan(0, Count), _encoder?.Value);
        foreach (var sequence in _sequences)
        {
            sequence.Advance(1);
        }
    }

    /// <summary>What <see cref="BytesAtEnd"/> would be with another batch's sequences.</summary>
    public long BytesAtEndWith(DecodeBatch other) =>
        Bytes(Count + other.Count, Math.Max(Kv.Length, other.Kv.Length) + Math.Max(Further(), other.Further()));

    /// <summary>Adds the sequences of another batch, which is disposed.</summary>
    /// <param name="spareBytes">What keys and values may take beyond <see cref="BytesAtEndWith"/>, for sequences to come.</param>
    public void Take(DecodeBatch other, long spareBytes)
    {
        Kv.Take(other.Kv, Math.Max(Further(), other.Further()), spareBytes / (2 * runner.Graph.Layout.BytesPerPosition));
        _sequences.AddRange(other._sequences);
        other.Dispose();
        RowsChanged();
    }

    /// <summary>Whether their pictures' features can lie in one tensor.</summary>
    public bool SeesAlike(DecodeBatch other) =>
        _encoder is null || (_sequences[0].Request.Image!.Tokens == other._sequences[0].Request.Image!.Tokens
            && _sequences[0].Request.Image!.Width == other._sequences[0].Request.Image!.Width);

    /// <summary>Drops a sequence; the last one takes its row.</summary>
    public void Remove(int row)
    {
        Kv.Remove(row);
        _sequences[row] = _sequences[^1];
        _sequences.RemoveAt(_sequences.Count - 1);
        if (Count > 0)
        {
            RowsChanged();
        }
    }

    /// <summary>Gives up memory and padding that sequences left behind.</summary>
    public void Trim() => Kv.Trim(Further());

    public void Dispose()
    {
        _sequences.Clear();
        Kv.Dispose();
        _encoder?.Dispose();
    }

    /// <summary>Positions that any of the sequences may still add.</summary>
    private int Further()
    {
        var further = 0;
        foreach (var sequence in _sequences)
        {
            further = Math.Max(further, sequence.FinalLength - sequence.Computed);
        }

        return further;
    }

    private long Bytes(int rows, int length) => 2 * Math.Max(Kv.Capacity, (long)rows * length) * runner.Graph.Layout.BytesPerPosition;

    private void RowsChanged() => _encoder?.Set(_sequences);
}
