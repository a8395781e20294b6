using System.Numerics.Tensors;
using Google.Protobuf.WellKnownTypes;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>One item found.</summary>
internal readonly record struct Hit(string Id, float Score, byte[]? Payload);

/// <summary>
/// The items of a collection at one moment, for exact search. Never changes for its readers: a later state shares the arrays and
/// writes only behind <see cref="Count"/>, which this one does not read.
/// </summary>
internal sealed class VectorIndex
{
    // From about 8 MiB on, a scan on one core is slower than starting the others.
    private const long ParallelFrom = 2 * 1024 * 1024;
    private const int RowsBetweenCancellationChecks = 4096;

    public required int Dimensions { get; init; }

    /// <summary>Row-major <c>[rows, dimensions]</c>, rows of length 1; there may be more rows than <see cref="Count"/>.</summary>
    public required float[] Vectors { get; init; }

    public required string[] Ids { get; init; }

    public required byte[]?[] Payloads { get; init; }

    /// <summary>A bit per row: deleted or replaced.</summary>
    public required ulong[] Dead { get; init; }

    public required int DeadCount { get; init; }

    public required int Count { get; init; }

    /// <summary>Bytes of all rows, dead ones too.</summary>
    public required long Bytes { get; init; }

    public required PayloadColumns Columns { get; init; }

    public int LiveCount => Count - DeadCount;

    public static VectorIndex Empty(int dimensions) => new()
    {
        Dimensions = dimensions,
        Vectors = [],
        Ids = [],
        Payloads = [],
        Dead = [],
        DeadCount = 0,
        Count = 0,
        Bytes = 0,
        Columns = new PayloadColumns(),
    };

    public bool IsDead(int row) => (Dead[row >> 6] >> (row & 63) & 1) != 0;

    /// <summary>The items with the largest dot product, best first; among equals the one written first.</summary>
    /// <param name="query">Length 1.</param>
    /// <param name="limit">1 or more.</param>
    /// <param name="filter">Fields that a payload must have with equal values; empty for all items.</param>
    /// <param name="cancellationToken">Looked at every few thousand rows.</param>
    public IReadOnlyList<Hit> Search(float[] query, int limit, Struct? filter, CancellationToken cancellationToken)
    {
        List<ColumnMatch> matches = [];
        foreach (var (field, value) in filter?.Fields ?? [])
        {
            if (Columns.Match(this, field, value) is not { } match)
            {
                return [];
            }

            matches.Add(match);
        }

        var parts = (int)Math.Clamp((long)Count * Dimensions / ParallelFrom, 1, Environment.ProcessorCount);
        if (parts == 1)
        {
            var best = new TopRows(limit);
            Scan(query, [.. matches], best, 0, Count, cancellationToken);
            return Hits(best);
        }

        var bests = new TopRows[parts];
        var filters = matches.ToArray();
        Parallel.For(0, parts, new ParallelOptions { CancellationToken = cancellationToken }, part =>
        {
            bests[part] = new TopRows(limit);
            Scan(query, filters, bests[part], (int)((long)Count * part / parts), (int)((long)Count * (part + 1) / parts), cancellationToken);
        });
        foreach (var other in bests.AsSpan(1))
        {
            bests[0].Merge(other);
        }

        return Hits(bests[0]);
    }

    private void Scan(float[] query, ColumnMatch[] matches, TopRows best, int from, int to, CancellationToken cancellationToken)
    {
        for (var start = from; start < to; start += RowsBetweenCancellationChecks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = Math.Min(to, start + RowsBetweenCancellationChecks);
            for (var row = start; row < end; row++)
            {
                if ((DeadCount > 0 && IsDead(row)) || !Passes(matches, row))
                {
                    continue;
                }

                var vector = new ReadOnlySpan<float>(Vectors, (int)((long)row * Dimensions), Dimensions);
                best.Offer(row, TensorPrimitives.Dot(query, vector));
            }
        }
    }

    private static bool Passes(ColumnMatch[] matches, int row)
    {
        foreach (var match in matches)
        {
            if (match.Codes[row] != match.Code)
            {
                return false;
            }
        }

        return true;
    }

    private Hit[] Hits(TopRows best) =>
        [.. best.BestFirst().Select(ranked => new Hit(Ids[ranked.Row], Math.Clamp(ranked.Score, -1f, 1f), Payloads[ranked.Row]))];
}
