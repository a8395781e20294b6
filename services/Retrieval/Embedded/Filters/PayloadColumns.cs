using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Embedded.Filters;

/// <summary>
/// The payload fields that filters have asked for, one column each. A column is made at its first use, which reads every payload, and
/// follows as rows are added.
/// </summary>
internal sealed class PayloadColumns
{
    // A caller may filter by anything; what was not used lately is made again.
    private const int MaxColumns = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PayloadColumn> _columns = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>Which rows of a state pass: a bit per row for each segment, or null for a segment where all do.</summary>
    public ulong[]?[] Evaluate(CollectionState state, ItemFilter? filter) => filter is null ? new ulong[]?[state.Segments.Length] : Rows(state, filter);

    private ulong[][] Rows(CollectionState state, ItemFilter filter)
    {
        switch (filter)
        {
            case ItemFilter.And and:
                return Combine(state, and.Parts, all: true);
            case ItemFilter.Or or:
                return Combine(state, or.Parts, all: false);
            case ItemFilter.Not not:
                var rows = Rows(state, not.Part);
                foreach (var mask in rows)
                {
                    for (var i = 0; i < mask.Length; i++)
                    {
                        mask[i] = ~mask[i];
                    }
                }

                return rows;
            default:
                return Match(state, (ItemFilter.Leaf)filter);
        }
    }

    private ulong[][] Combine(CollectionState state, IReadOnlyList<ItemFilter> parts, bool all)
    {
        var result = new ulong[state.Segments.Length][];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = new ulong[(state.Segments[i].Segment.Capacity + 63) / 64];
            Array.Fill(result[i], all ? ulong.MaxValue : 0);
        }

        foreach (var part in parts)
        {
            foreach (var (mask, next) in result.Zip(Rows(state, part)))
            {
                for (var i = 0; i < mask.Length; i++)
                {
                    mask[i] = all ? mask[i] & next[i] : mask[i] | next[i];
                }
            }
        }

        return result;
    }

    private ulong[][] Match(CollectionState state, ItemFilter.Leaf filter)
    {
        lock (_lock)
        {
            if (!_columns.TryGetValue(filter.Field, out var column))
            {
                if (_columns.Count == MaxColumns)
                {
                    _columns.Remove(_columns.MinBy(entry => entry.Value.LastUse).Key);
                }

                _columns[filter.Field] = column = new PayloadColumn(filter.Field);
            }

            column.LastUse = ++_uses;
            column.Extend(state);
            return column.Match(state, filter);
        }
    }
}
