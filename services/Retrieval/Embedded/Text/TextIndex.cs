using System.Runtime.InteropServices;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Embedded.Scan;
using MultiModalMesh.Retrieval.Embedded.Segments;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Embedded.Text;

/// <summary>
/// Which rows have which words in some fields of their payload, ranked by <see cref="Bm25"/>. Numbers of documents and their mean length are of the
/// rows that are alive.
/// </summary>
internal sealed class TextIndex(IReadOnlyList<string> fields)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Segment, SegmentWords> _segments = [];

    public long LastUse { get; set; }

    public TextStatistics Measure(CollectionState state, string text)
    {
        lock (_lock)
        {
            Extend(state);
            return Measure(state, Having(state, text));
        }
    }

    public IReadOnlyList<RankedRow> Search(CollectionState state, TextQuery query, ulong[]?[] passing)
    {
        lock (_lock)
        {
            Extend(state);
            var having = Having(state, query.Text);
            var whole = query.Statistics ?? Measure(state, having);
            var mean = Bm25.MeanLength(whole);
            var scores = new Dictionary<RowAddress, double>();
            foreach (var (rows, all) in having.Zip(whole.Having))
            {
                var rarity = Bm25.Rarity(whole.Items, all);
                foreach (var (address, count, length) in rows)
                {
                    if (passing[address.Segment] is not { } mask || (mask[address.Row >> 6] >> (address.Row & 63) & 1) != 0)
                    {
                        CollectionsMarshal.GetValueRefOrAddDefault(scores, address, out _) += Bm25.Score(rarity, count, length, mean);
                    }
                }
            }

            var best = new TopRows(query.Limit);
            foreach (var (address, score) in scores)
            {
                best.Offer(address, (float)score);
            }

            return [.. best.BestFirst()];
        }
    }

    private IEnumerable<(RowAddress Address, int Count, int Length)> Rows(CollectionState state, string word)
    {
        for (var i = 0; i < state.Segments.Length; i++)
        {
            var view = state.Segments[i];
            var words = _segments[view.Segment];
            foreach (var (row, count) in words.Postings.GetValueOrDefault(word) ?? [])
            {
                if (row < view.Count && !view.IsDead(row))
                {
                    yield return (new RowAddress(i, row), count, words.Lengths[row]);
                }
            }
        }
    }

    // Of each word, the rows that have it.
    private List<List<(RowAddress Address, int Count, int Length)>> Having(CollectionState state, string text) =>
        [.. Words.Of(text).Distinct(StringComparer.Ordinal).Select(word => Rows(state, word).ToList())];

    private TextStatistics Measure(CollectionState state, List<List<(RowAddress Address, int Count, int Length)>> having)
    {
        long words = 0;
        foreach (var view in state.Segments)
        {
            var lengths = _segments[view.Segment].Lengths;
            for (var row = 0; row < view.Count; row++)
            {
                words += view.IsDead(row) ? 0 : lengths[row];
            }
        }

        return new TextStatistics(state.LiveCount, words, having.ConvertAll(rows => (long)rows.Count));
    }

    private void Extend(CollectionState state)
    {
        foreach (var gone in _segments.Keys.Except(state.Segments.Select(view => view.Segment)).ToList())
        {
            _segments.Remove(gone);
        }

        foreach (var view in state.Segments)
        {
            if (!_segments.TryGetValue(view.Segment, out var words))
            {
                _segments[view.Segment] = words = new SegmentWords();
            }

            for (var row = words.Lengths.Count; row < view.Count; row++)
            {
                words.Add(row, view.Segment.Read(row).Payload is { } payload ? Texts(Struct.Parser.ParseFrom(payload)) : []);
            }
        }
    }

    private IEnumerable<string> Texts(Struct payload) => fields.Count == 0
        ? payload.Fields.Values.SelectMany(PayloadFields.Texts)
        : fields.Select(field => PayloadFields.Find(payload, field)).OfType<Value>().SelectMany(PayloadFields.Texts);

    private sealed class SegmentWords
    {
        public Dictionary<string, List<(int Row, int Count)>> Postings { get; } = new(StringComparer.Ordinal);

        /// <summary>Words of each row.</summary>
        public List<int> Lengths { get; } = [];

        public void Add(int row, IEnumerable<string> texts)
        {
            var length = 0;
            foreach (var group in texts.SelectMany(Words.Of).GroupBy(word => word, StringComparer.Ordinal))
            {
                var count = group.Count();
                length += count;
                if (!Postings.TryGetValue(group.Key, out var rows))
                {
                    Postings[group.Key] = rows = [];
                }

                rows.Add((row, count));
            }

            Lengths.Add(length);
        }
    }
}

/// <summary>The indexes that text queries have asked for, one for each set of fields; made at the first use, which reads every payload.</summary>
internal sealed class TextIndexes
{
    private const int MaxIndexes = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, TextIndex> _indexes = new(StringComparer.Ordinal);
    private long _uses;

    public TextIndex Of(IReadOnlyList<string> fields)
    {
        var distinct = fields.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        lock (_lock)
        {
            var key = string.Join('\n', distinct);
            if (!_indexes.TryGetValue(key, out var index))
            {
                if (_indexes.Count == MaxIndexes)
                {
                    _indexes.Remove(_indexes.MinBy(entry => entry.Value.LastUse).Key);
                }

                _indexes[key] = index = new TextIndex(distinct);
            }

            index.LastUse = ++_uses;
            return index;
        }
    }
}
