using System.Numerics;
using System.Runtime.Intrinsics;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Embedded.Segments;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Embedded.Filters;

/// <summary>
/// One field's values as small numbers, one a row, so that a filter costs some comparisons of numbers instead of reading every payload.
/// What a filter asks is asked of every different value once. Not safe for concurrent use.
/// </summary>
internal sealed class PayloadColumn(string field)
{
    private const int Missing = 0;

    // A value is text, a number, a truth value, null or, for lists and objects, the message itself.
    private readonly Dictionary<object, int> _codes = [];
    private readonly List<int> _lists = [];
    private readonly List<Value> _listValues = [];
    private readonly Dictionary<Segment, (int[] Codes, int Covered)> _segments = [];
    private double[] _numbers = [double.NaN];
    private int _null = -1;

    public long LastUse { get; set; }

    /// <summary>Reads the payloads that came since the last time, and forgets segments that are no more.</summary>
    public void Extend(CollectionState state)
    {
        foreach (var gone in _segments.Keys.Except(state.Segments.Select(view => view.Segment)).ToList())
        {
            _segments.Remove(gone);
        }

        foreach (var view in state.Segments)
        {
            var (codes, covered) = _segments.GetValueOrDefault(view.Segment);
            codes ??= new int[view.Segment.Capacity];
            for (; covered < view.Count; covered++)
            {
                codes[covered] = view.Segment.Read(covered).Payload is { } payload && PayloadFields.Find(Struct.Parser.ParseFrom(payload), field) is { } value
                    ? CodeFor(value)
                    : Missing;
            }

            _segments[view.Segment] = (codes, covered);
        }
    }

    /// <summary>A bit per row for each of the state's segments.</summary>
    public ulong[][] Match(CollectionState state, ItemFilter.Leaf filter)
    {
        var (chosen, table) = Passing(filter);
        return [.. state.Segments.Select(view => chosen.Count switch
        {
            0 => new ulong[(view.Segment.Capacity + 63) / 64],
            1 => Equal(_segments[view.Segment].Codes, view.Count, chosen[0]),
            _ => Among(_segments[view.Segment].Codes, view.Count, table),
        })];
    }

    // The codes that pass, and the same as a table where there is more than one.
    private (IReadOnlyList<int> Codes, byte[] Table) Passing(ItemFilter.Leaf filter)
    {
        if (filter is ItemFilter.In wanted)
        {
            var codes = wanted.Values.Select(value => _codes.GetValueOrDefault(Key(value), Missing)).Where(code => code != Missing).ToHashSet();
            codes.UnionWith(_lists.Where((_, i) => _listValues[i].ListValue.Values.Any(wanted.Values.Contains)));
            var table = codes.Count > 1 ? new byte[_codes.Count + 1] : [];
            foreach (var code in codes.Count > 1 ? codes : [])
            {
                table[code] = 1;
            }

            return ([.. codes], table);
        }

        var passing = new byte[_codes.Count + 1];
        for (var code = 1; code < passing.Length; code++)
        {
            passing[code] = Convert.ToByte(filter is ItemFilter.Range range ? range.Has(_numbers[code]) : code != _null);
        }

        if (filter is ItemFilter.Range bounds)
        {
            for (var i = 0; i < _lists.Count; i++)
            {
                passing[_lists[i]] = Convert.ToByte(_listValues[i].ListValue.Values.Any(element => element.KindCase == Value.KindOneofCase.NumberValue && bounds.Has(element.NumberValue)));
            }
        }

        // Two stand for any number: a table is needed.
        return ([1, 2], passing);
    }

    private static ulong[] Equal(int[] codes, int count, int wanted)
    {
        var mask = new ulong[(codes.Length + 63) / 64];
        var all = Vector256.Create(wanted);
        var row = 0;
        for (; row + 64 <= count; row += 64)
        {
            ulong bits = 0;
            for (var i = 0; i < 64; i += 8)
            {
                bits |= (ulong)Vector256.Equals(Vector256.LoadUnsafe(ref codes[row + i]), all).ExtractMostSignificantBits() << i;
            }

            mask[row >> 6] = bits;
        }

        for (; row < count; row++)
        {
            mask[row >> 6] |= codes[row] == wanted ? 1UL << (row & 63) : 0;
        }

        return mask;
    }

    // No branch on whether a row passes: at random values half of them would be guessed wrong.
    private static ulong[] Among(int[] codes, int count, byte[] table)
    {
        var mask = new ulong[(codes.Length + 63) / 64];
        for (var start = 0; start < count; start += 64)
        {
            ulong bits = 0;
            var rows = codes.AsSpan(start, Math.Min(64, count - start));
            for (var i = 0; i < rows.Length; i++)
            {
                bits |= (ulong)table[rows[i]] << i;
            }

            mask[start >> 6] = bits;
        }

        return mask;
    }

    private int CodeFor(Value value)
    {
        var key = Key(value);
        if (_codes.TryGetValue(key, out var code))
        {
            return code;
        }

        _codes[key] = code = _codes.Count + 1;
        if (code == _numbers.Length)
        {
            Array.Resize(ref _numbers, (int)BitOperations.RoundUpToPowerOf2((uint)code + 1));
        }

        _numbers[code] = value.KindCase == Value.KindOneofCase.NumberValue ? value.NumberValue : double.NaN;
        if (value.KindCase == Value.KindOneofCase.ListValue)
        {
            _lists.Add(code);
            _listValues.Add(value);
        }

        _null = value.KindCase == Value.KindOneofCase.NullValue ? code : _null;
        return code;
    }

    private static object Key(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.NumberValue => value.NumberValue,
        Value.KindOneofCase.BoolValue => value.BoolValue,
        Value.KindOneofCase.NullValue => NullValue.NullValue,
        _ => value,
    };
}
