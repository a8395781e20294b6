namespace MultiModalMesh.Inference.Constraints;

/// <summary>An object with any names, each with a value of the same kind. A name may come twice: to know that would take a memory of all names.</summary>
internal sealed class MapRule(Rule name, Rule value, int max) : Rule
{
    private static readonly WordTree Open = WordTree.Of("{");

    public Rule Name => name;

    public Rule Value => value;

    /// <summary>An object of which nothing is said, and with it values of which nothing is said.</summary>
    /// <param name="maxLength">Characters of a string.</param>
    /// <param name="maxItems">Items of an array, names of an object.</param>
    /// <param name="asciiOnly">For a vocabulary that cannot spell every byte of UTF-8.</param>
    /// <param name="rules">Receives the rules that were made.</param>
    public static MapRule OfAnything(int maxLength, int maxItems, bool asciiOnly, ICollection<Rule> rules)
    {
        var text = new StringRule(0, maxLength, asciiOnly);
        var value = new AnyRule();
        var map = new MapRule(text, value, maxItems);
        value.Alternatives.AddRange(
        [
            text,
            new NumberRule(integer: false),
            new WordRule(WordTree.Of(["true"u8.ToArray(), "false"u8.ToArray(), "null"u8.ToArray()])),
            map,
            new ArrayRule(value, 0, maxItems),
        ]);
        foreach (var rule in (IEnumerable<Rule>)[value, .. value.Alternatives])
        {
            rules.Add(rule);
        }

        return map;
    }

    public override void Expand(Closure closure, int depth, FrameStack? rest) =>
        closure.Push(new WordFrame(Open), new MapFrame(this, IsFirst: true, max, depth - 1), rest);

    protected override int Measured() => 1;
}

/// <summary>The place before a name or the end of an object with any names.</summary>
/// <param name="Rule">The object.</param>
/// <param name="IsFirst">Whether nothing stands in it yet.</param>
/// <param name="Left">Names that may still come.</param>
/// <param name="Depth">How deep a value may nest.</param>
internal sealed record MapFrame(MapRule Rule, bool IsFirst, int Left, int Depth) : Frame
{
    private static readonly WordTree Close = WordTree.Of("}");
    private static readonly WordTree Comma = WordTree.Of(",");

    public override void Expand(Closure closure, FrameStack? rest)
    {
        closure.Push(new WordFrame(Close), rest);
        if (Left == 0 || Rule.Value.Height > Depth)
        {
            return;
        }

        var entry = new EntryFrame(this with { IsFirst = false, Left = Left - 1 });
        if (IsFirst)
        {
            closure.Push(entry, rest);
        }
        else
        {
            closure.Push(new WordFrame(Comma), Blank.Optional, entry, rest);
        }
    }

    public override Frame Saturated(int limit) => Left <= limit ? this : this with { Left = limit };
}

/// <summary>The place before a name and its value.</summary>
internal sealed record EntryFrame(MapFrame After) : Frame
{
    private static readonly WordFrame Colon = new(WordTree.Of(":"));

    public override void Expand(Closure closure, FrameStack? rest) =>
        closure.Push(new RuleFrame(After.Rule.Name, After.Depth), new ValueFrame(After), rest);

    /// <summary>The place behind a name.</summary>
    private sealed record ValueFrame(MapFrame After) : Frame
    {
        public override void Expand(Closure closure, FrameStack? rest) =>
            closure.Push(Colon, Blank.Optional, new RuleFrame(After.Rule.Value, After.Depth), After, rest);
    }
}
