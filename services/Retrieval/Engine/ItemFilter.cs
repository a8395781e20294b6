using Google.Protobuf.WellKnownTypes;

namespace MultiModalMesh.Retrieval.Engine;

/// <summary>What a payload has to be like. A field is a path: <c>size.width</c> is the width in the object size.</summary>
/// <remarks>Where a field holds a list, it is enough that one of its elements is so. A field that is missing is like nothing.</remarks>
internal abstract record ItemFilter
{
    private ItemFilter()
    {
    }

    public sealed record And(IReadOnlyList<ItemFilter> Parts) : ItemFilter;

    public sealed record Or(IReadOnlyList<ItemFilter> Parts) : ItemFilter;

    public sealed record Not(ItemFilter Part) : ItemFilter;

    public abstract record Leaf(string Field) : ItemFilter;

    /// <summary>One of the values, of the same kind: the number 1 is not the text "1".</summary>
    public sealed record In(string Field, IReadOnlyList<Value> Values) : Leaf(Field);

    /// <summary>A number between two bounds, which are infinite where there is none.</summary>
    public sealed record Range(string Field, double Low, bool LowIncluded, double High, bool HighIncluded) : Leaf(Field)
    {
        public bool Has(double number) => (number > Low || (LowIncluded && number == Low)) && (number < High || (HighIncluded && number == High));
    }

    /// <summary>There and not null.</summary>
    public sealed record Exists(string Field) : Leaf(Field);
}

/// <summary>Looks fields up in payloads.</summary>
internal static class PayloadFields
{
    /// <summary>The value at a path, or null. A field whose own name has a dot goes before a path.</summary>
    public static Value? Find(Struct payload, ReadOnlySpan<char> path)
    {
        if (payload.Fields.TryGetValue(path.ToString(), out var value))
        {
            return value;
        }

        var dot = path.IndexOf('.');
        return dot > 0 && payload.Fields.TryGetValue(path[..dot].ToString(), out var inner) && inner.KindCase == Value.KindOneofCase.StructValue
            ? Find(inner.StructValue, path[(dot + 1)..])
            : null;
    }

    /// <summary>Every text in a value, however deep.</summary>
    public static IEnumerable<string> Texts(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.StringValue => [value.StringValue],
        Value.KindOneofCase.ListValue => value.ListValue.Values.SelectMany(Texts),
        Value.KindOneofCase.StructValue => value.StructValue.Fields.Values.SelectMany(Texts),
        _ => [],
    };
}
