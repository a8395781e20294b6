using Google.Protobuf.WellKnownTypes;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>A field's values as small numbers, one per row, and the number that is looked for.</summary>
internal readonly record struct ColumnMatch(int[] Codes, int Code);

/// <summary>
/// The payload fields that filters have asked for, one column each, so that a filter costs a comparison of numbers per row instead of
/// reading every payload at every search. A column is made at its first use and follows as rows are added.
/// </summary>
internal sealed class PayloadColumns
{
    // A caller may filter by anything; what was not used lately is made again.
    private const int MaxColumns = 16;
    private const int Missing = 0;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Column> _columns = new(StringComparer.Ordinal);
    private long _uses;

    /// <summary>Where the rows of <paramref name="index"/> have <paramref name="value"/> in a field, or null if none has.</summary>
    public ColumnMatch? Match(VectorIndex index, string field, Value value)
    {
        lock (_lock)
        {
            if (!_columns.TryGetValue(field, out var column))
            {
                if (_columns.Count == MaxColumns)
                {
                    _columns.Remove(_columns.MinBy(entry => entry.Value.LastUse).Key);
                }

                _columns[field] = column = new Column();
            }

            column.LastUse = ++_uses;
            column.Extend(index, field);
            return column.CodeOf.TryGetValue(value, out var code) ? new ColumnMatch(column.Codes, code) : null;
        }
    }

    private sealed class Column
    {
        private int _covered;

        public int[] Codes { get; private set; } = [];

        public Dictionary<Value, int> CodeOf { get; } = [];

        public long LastUse { get; set; }

        public void Extend(VectorIndex index, string field)
        {
            if (Codes.Length < index.Count)
            {
                // Readers of an earlier state keep the array they have.
                var codes = new int[Math.Max(index.Count, Codes.Length * 2)];
                Codes.AsSpan(0, _covered).CopyTo(codes);
                Codes = codes;
            }

            for (; _covered < index.Count; _covered++)
            {
                Codes[_covered] = index.Payloads[_covered] is { } payload && Struct.Parser.ParseFrom(payload).Fields.TryGetValue(field, out var value)
                    ? CodeFor(value)
                    : Missing;
            }
        }

        private int CodeFor(Value value)
        {
            if (!CodeOf.TryGetValue(value, out var code))
            {
                CodeOf[value] = code = CodeOf.Count + 1;
            }

            return code;
        }
    }
}
