using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Retrieval.Tests.Engine;

/// <summary>Random items with payloads of several shapes, and conditions on them.</summary>
internal static class TestItems
{
    private static readonly string[] Colours = ["red", "green", "blue", "blue-ish"];
    private static readonly string[] Nouns = ["cup", "dog", "tree", "car", "moon", "red"];

    public static IndexedItem Item(Random random, string id, int dimensions)
    {
        var payload = new Struct();
        payload.Fields["n"] = random.Next(6) switch { 0 => Value.ForString("3"), 1 => Value.ForNull(), _ => Value.ForNumber(random.Next(10)) };
        if (random.Next(3) > 0)
        {
            payload.Fields["colour"] = Value.ForString(Colours[random.Next(Colours.Length)]);
        }

        payload.Fields["tags"] = Value.ForList([.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(2) == 0 ? Value.ForNumber(random.Next(5)) : Value.ForString(Nouns[random.Next(Nouns.Length)]))]);
        payload.Fields["size"] = Value.ForStruct(new Struct { Fields = { ["w"] = Value.ForNumber(random.NextDouble()) } });
        payload.Fields["title"] = Value.ForString(string.Join(' ', Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Nouns[random.Next(Nouns.Length)])));
        return new IndexedItem(id, Vector(random, dimensions), random.Next(20) == 0 ? null : payload.ToByteArray());
    }

    public static float[] Vector(Random random, int dimensions) =>
        IndexedItem.UnitVector([.. Enumerable.Range(0, dimensions).Select(_ => (random.NextSingle() * 2) - 1)], dimensions, "vector");

    public static ItemFilter Filter(Random random, int depth = 0) => random.Next(depth > 2 ? 4 : 7) switch
    {
        0 => new ItemFilter.In("colour", [Value.ForString(Colours[random.Next(Colours.Length)]), Value.ForString("never")]),
        1 => random.Next(4) switch
        {
            0 => new ItemFilter.In("tags", [Value.ForList(Value.ForNumber(random.Next(5))), Value.ForList()]),
            1 => new ItemFilter.In("size", [Value.ForStruct(new Struct())]),
            2 => new ItemFilter.In("n", [Value.ForNumber(random.Next(5))]),
            _ => new ItemFilter.In("tags", [Value.ForNumber(random.Next(5))]),
        },
        2 => new ItemFilter.Range(random.Next(2) == 0 ? "size.w" : "tags", random.NextDouble(), random.Next(2) == 0, 1 + random.Next(3), random.Next(2) == 0),
        3 => new ItemFilter.Exists(random.Next(2) == 0 ? "n" : "colour"),
        4 => new ItemFilter.And([Filter(random, depth + 1), Filter(random, depth + 1)]),
        5 => new ItemFilter.Or([Filter(random, depth + 1), Filter(random, depth + 1)]),
        _ => new ItemFilter.Not(Filter(random, depth + 1)),
    };

    /// <summary>What a filter means, in as few words as possible.</summary>
    public static bool Passes(IndexedItem item, ItemFilter? filter)
    {
        if (filter is null)
        {
            return true;
        }

        var payload = item.Payload is null ? new Struct() : Struct.Parser.ParseFrom(item.Payload);
        return filter switch
        {
            ItemFilter.And and => and.Parts.All(part => Passes(item, part)),
            ItemFilter.Or or => or.Parts.Any(part => Passes(item, part)),
            ItemFilter.Not not => !Passes(item, not.Part),
            ItemFilter.In wanted => Candidates(payload, wanted.Field).Any(wanted.Values.Contains),
            ItemFilter.Range range => Candidates(payload, range.Field).Any(value => value.KindCase == Value.KindOneofCase.NumberValue && range.Has(value.NumberValue)),
            ItemFilter.Exists exists => PayloadFields.Find(payload, exists.Field) is { KindCase: not Value.KindOneofCase.NullValue },
            _ => throw new InvalidOperationException($"{filter}"),
        };
    }

    private static IEnumerable<Value> Candidates(Struct payload, string field) => PayloadFields.Find(payload, field) switch
    {
        null => [],
        { KindCase: Value.KindOneofCase.ListValue } list => [list, .. list.ListValue.Values],
        var value => [value],
    };
}
