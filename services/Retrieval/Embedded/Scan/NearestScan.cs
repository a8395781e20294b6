using System.Numerics;
using System.Numerics.Tensors;

namespace MultiModalMesh.Retrieval.Embedded.Scan;

/// <summary>How the nearest rows are looked for; both ways find the same.</summary>
internal enum ScanWay
{
    /// <summary>Codes first, then the vectors of those that may be among the nearest.</summary>
    CodesFirst,

    /// <summary>Every vector.</summary>
    Vectors,
}

/// <summary>
/// Finds the nearest rows of a state, exactly. The codes say of each row between which two scores it lies; a row whose better bound is
/// below the worse bounds of as many others as are wanted is out, and only the few that remain are read in 32 bits.
/// </summary>
internal sealed unsafe class NearestScan(CollectionState state, ulong[]?[] passing, float[] query, int limit, float? least, CancellationToken cancellationToken)
{
    private const int RowsPerPart = 4096;
    private const int CandidatesBetweenSweeps = 4096;
    private const int DenselyPassing = 20;

    // From about 4 MiB of codes on, a scan on one core is slower than starting the others.
    private const long ParallelFrom = 4 << 20;

    private readonly float _least = least ?? float.NegativeInfinity;

    /// <summary>The best rows, best first.</summary>
    public IReadOnlyList<RankedRow> Run(ScanWay way)
    {
        var parts = new List<(int Segment, int From, int To)>();
        for (var segment = 0; segment < state.Segments.Length; segment++)
        {
            for (var from = 0; from < state.Segments[segment].Count; from += RowsPerPart)
            {
                parts.Add((segment, from, Math.Min(from + RowsPerPart, state.Segments[segment].Count)));
            }
        }

        return way == ScanWay.Vectors ? ByVectors(parts) : ByCodes(parts);
    }

    private RankedRow[] ByVectors(List<(int Segment, int From, int To)> parts)
    {
        var best = new TopRows(limit, _least);
        ForEach(parts, () => new TopRows(limit, _least), ScanVectors, other => best.Merge(other));
        return [.. best.BestFirst()];
    }

    private RankedRow[] ByCodes(List<(int Segment, int From, int To)> parts)
    {
        var codes = new ByteQuery(query);
        var all = new Candidates(limit, _least);
        ForEach(parts, () => new Candidates(limit, _least), (part, candidates) => ScanCodes(codes, part, candidates), all.Merge);
        var best = new TopRows(limit, _least);
        foreach (var (upper, address) in all.BestFirst())
        {
            if (best.Count == limit && upper < best.Worst)
            {
                break;
            }

            var row = state.Segments[address.Segment].Segment.Vector(address.Row);
            best.Offer(address, TensorPrimitives.Dot(query, row));
        }

        return [.. best.BestFirst()];
    }

    private void ForEach<T>(List<(int Segment, int From, int To)> parts, Func<T> start, Action<(int Segment, int From, int To), T> scan, Action<T> end)
    {
        var bytes = parts.Sum(part => (long)part.To - part.From) * query.Length;
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = bytes < ParallelFrom ? 1 : Environment.ProcessorCount };
        var gate = new Lock();
        if (options.MaxDegreeOfParallelism == 1)
        {
            var only = start();
            foreach (var part in parts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                scan(part, only);
            }

            end(only);
            return;
        }

        Parallel.ForEach(
            System.Collections.Concurrent.Partitioner.Create(parts, loadBalance: true),
            options,
            start,
            (part, _, local) =>
            {
                scan(part, local);
                return local;
            },
            local =>
            {
                lock (gate)
                {
                    end(local);
                }
            });
    }

    private void ScanVectors((int Segment, int From, int To) part, TopRows best)
    {
        var segment = state.Segments[part.Segment].Segment;
        for (var start = part.From; start < part.To; start += 64)
        {
            for (var bits = Bits(part.Segment, start, part.To); bits != 0; bits &= bits - 1)
            {
                var row = start + BitOperations.TrailingZeroCount(bits);
                best.Offer(new RowAddress(part.Segment, row), TensorPrimitives.Dot(query, segment.Vector(row)));
            }
        }
    }

    private void ScanCodes(ByteQuery codes, (int Segment, int From, int To) part, Candidates candidates)
    {
        var rows = state.Segments[part.Segment].Segment.Codes;
        for (var start = part.From; start < part.To; start += 64)
        {
            var passing = Bits(part.Segment, start, part.To);

            // Rows that follow each other are read ahead; where many pass, it costs less to look at all than to jump.
            var looked = BitOperations.PopCount(passing) >= DenselyPassing ? ulong.MaxValue >> (64 - Math.Min(64, part.To - start)) : passing;
            for (; looked != 0; looked &= looked - 1)
            {
                var row = start + BitOperations.TrailingZeroCount(looked);
                ref readonly var code = ref rows.Codes[row];
                var score = codes.Score(codes.Product(rows.Rows + ((long)row * rows.Stride)), code);
                var error = codes.Error(code);
                if (score + error >= candidates.Least && (passing >> (row & 63) & 1) != 0)
                {
                    candidates.Add(score - error, score + error, new RowAddress(part.Segment, row));
                }
            }
        }
    }

    // The rows from start to start + 63 that are there, alive and pass.
    private ulong Bits(int segment, int start, int to)
    {
        var bits = to - start >= 64 ? ulong.MaxValue : (1UL << (to - start)) - 1;
        if (state.Segments[segment].Dead is { Length: > 0 } dead)
        {
            bits &= ~dead[start >> 6];
        }

        return passing[segment] is { } mask ? bits & mask[start >> 6] : bits;
    }

    /// <summary>Rows that may be among the nearest, and the score that a row has to reach to be one.</summary>
    private sealed class Candidates(int limit, float least)
    {
        private readonly TopRows _lowers = new(limit, least);
        private List<(float Upper, RowAddress Row)> _rows = [];
        private int _sweepAt = Math.Max(CandidatesBetweenSweeps, limit * 4);

        public float Least => _lowers.Worst;

        public void Add(float lower, float upper, RowAddress row)
        {
            // Not below what was asked for: a row may reach that although its lower bound does not.
            _lowers.Offer(row, lower);
            _rows.Add((upper, row));
            if (_rows.Count >= _sweepAt)
            {
                Sweep();
                _sweepAt = Math.Max(_sweepAt, _rows.Count * 2);
            }
        }

        public void Merge(Candidates other)
        {
            _lowers.Merge(other._lowers);
            _rows.AddRange(other._rows);
            Sweep();
        }

        public IEnumerable<(float Upper, RowAddress Row)> BestFirst() => _rows.OrderByDescending(row => row.Upper).ThenBy(row => row.Row);

        private void Sweep()
        {
            var bar = Least;
            _rows = [.. _rows.Where(row => row.Upper >= bar)];
        }
    }
}
