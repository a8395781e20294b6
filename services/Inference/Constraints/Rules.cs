namespace MultiModalMesh.Inference.Constraints;

/// <summary>A kind of JSON value that a schema describes.</summary>
internal abstract class Rule
{
    /// <summary>A height that no value has.</summary>
    public const int Endless = int.MaxValue / 2;

    /// <summary>How many objects and arrays the flattest value nests. <see cref="Endless"/> until it is known.</summary>
    public int Height { get; private set; } = Endless;

    /// <summary>Puts a value of this kind on top of the stack.</summary>
    /// <param name="closure">Receives it.</param>
    /// <param name="depth">How many objects and arrays it may nest; at least <see cref="Height"/>.</param>
    /// <param name="rest">What comes after the value.</param>
    public abstract void Expand(Closure closure, int depth, FrameStack? rest);

    /// <summary>Computes the heights of rules that refer to each other.</summary>
    public static void Measure(IReadOnlyList<Rule> rules)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var rule in rules)
            {
                var height = Math.Min(Endless, rule.Measured());
                changed |= height != rule.Height;
                rule.Height = height;
            }
        }
    }

    protected abstract int Measured();
}

/// <summary>A value that is still to be written.</summary>
internal sealed record RuleFrame(Rule Rule, int Depth) : Frame
{
    public override void Expand(Closure closure, FrameStack? rest) => Rule.Expand(closure, Depth, rest);
}

/// <summary>One of the given values.</summary>
internal sealed class WordRule(WordTree words) : Rule
{
    public override void Expand(Closure closure, int depth, FrameStack? rest) => closure.Push(new WordFrame(words), rest);

    protected override int Measured() => 0;
}

/// <summary>A string of so many characters.</summary>
internal sealed class StringRule(int min, int max, bool asciiOnly) : Rule
{
    private static readonly WordTree Quote = WordTree.Of("\"");

    public override void Expand(Closure closure, int depth, FrameStack? rest) =>
        closure.Push(new WordFrame(Quote), new StringFrame(StringPlace.Character, min, max, asciiOnly), rest);

    protected override int Measured() => 0;
}

/// <summary>A number, or a whole one.</summary>
internal sealed class NumberRule(bool integer) : Rule
{
    public override void Expand(Closure closure, int depth, FrameStack? rest) => closure.Push(NumberFrame.Start(integer), rest);

    protected override int Measured() => 0;
}

/// <summary>A value of any of several kinds, or a reference to a kind that is read later.</summary>
internal sealed class AnyRule : Rule
{
    public List<Rule> Alternatives { get; } = [];

    public override void Expand(Closure closure, int depth, FrameStack? rest)
    {
        foreach (var rule in Alternatives)
        {
            if (rule.Height <= depth)
            {
                closure.Push(new RuleFrame(rule, depth), rest);
            }
        }
    }

    protected override int Measured() => Alternatives.Min(r => r.Height);
}

/// <summary>Between tokens of JSON: one blank or none, as models write both.</summary>
internal static class Blank
{
    public static readonly WordFrame Optional = new(WordTree.Of([[], " "u8.ToArray()]));
}

/// <summary>An array of so many items.</summary>
internal sealed class ArrayRule(Rule item, int min, int max) : Rule
{
    private static readonly WordTree Open = WordTree.Of("[");

    public Rule Item => item;

    public override void Expand(Closure closure, int depth, FrameStack? rest) =>
        closure.Push(new WordFrame(Open), new ArrayFrame(this, IsFirst: true, min, max, depth - 1), rest);

    protected override int Measured() => 1 + (min > 0 ? item.Height : 0);
}

/// <summary>The place before an item or the end of an array.</summary>
/// <param name="Rule">The array.</param>
/// <param name="IsFirst">Whether nothing stands in it yet.</param>
/// <param name="Needed">Items that must still come.</param>
/// <param name="Left">Items that may still come.</param>
/// <param name="Depth">How deep an item may nest.</param>
internal sealed record ArrayFrame(ArrayRule Rule, bool IsFirst, int Needed, int Left, int Depth) : Frame
{
    private static readonly WordTree Close = WordTree.Of("]");
    private static readonly WordTree Comma = WordTree.Of(",");

    public override void Expand(Closure closure, FrameStack? rest)
    {
        if (Needed == 0)
        {
            closure.Push(new WordFrame(Close), rest);
        }

        if (Left == 0 || Rule.Item.Height > Depth)
        {
            return;
        }

        var item = new RuleFrame(Rule.Item, Depth);
        var next = this with { IsFirst = false, Needed = Math.Max(0, Needed - 1), Left = Left - 1 };
        if (IsFirst)
        {
            closure.Push(item, next, rest);
        }
        else
        {
            closure.Push(new WordFrame(Comma), Blank.Optional, item, next, rest);
        }
    }

    public override Frame Saturated(int limit) =>
        Needed <= limit && Left <= limit ? this : this with { Needed = Math.Min(Needed, limit), Left = Math.Min(Left, limit) };
}

/// <param name="Name">As JSON, in quotes.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Required">Whether it cannot be left out.</param>
internal sealed record Property(string Name, Rule Value, bool Required)
{
    public WordTree First { get; } = WordTree.Of(Name + ":");
}

/// <summary>An object with the properties of its schema in their order.</summary>
internal sealed class ObjectRule(IReadOnlyList<Property> properties) : Rule
{
    private static readonly WordTree Open = WordTree.Of("{");

    public IReadOnlyList<Property> Properties => properties;

    public override void Expand(Closure closure, int depth, FrameStack? rest) =>
        closure.Push(new WordFrame(Open), new ObjectFrame(this, Next: 0, IsFirst: true, depth - 1), rest);

    protected override int Measured() => 1 + properties.Where(p => p.Required).Select(p => p.Value.Height).DefaultIfEmpty(0).Max();
}

/// <summary>The place before a property or the end of an object.</summary>
/// <param name="Rule">The object.</param>
/// <param name="Next">The first property that can still come.</param>
/// <param name="IsFirst">Whether nothing stands in it yet.</param>
/// <param name="Depth">How deep a value may nest.</param>
internal sealed record ObjectFrame(ObjectRule Rule, int Next, bool IsFirst, int Depth) : Frame
{
    private static readonly WordTree Close = WordTree.Of("}");
    private static readonly WordTree Comma = WordTree.Of(",");

    public override void Expand(Closure closure, FrameStack? rest)
    {
        for (var i = Next; i < Rule.Properties.Count; i++)
        {
            var property = Rule.Properties[i];
            if (property.Value.Height <= Depth)
            {
                var named = new NameFrame(property, this with { Next = i + 1, IsFirst = false });
                if (IsFirst)
                {
                    closure.Push(named, rest);
                }
                else
                {
                    closure.Push(new WordFrame(Comma), Blank.Optional, named, rest);
                }
            }

            if (property.Required)
            {
                return;
            }
        }

        closure.Push(new WordFrame(Close), rest);
    }
}

/// <summary>The place before the name of a property.</summary>
internal sealed record NameFrame(Property Property, ObjectFrame After) : Frame
{
    public override void Expand(Closure closure, FrameStack? rest) =>
        closure.Push(new WordFrame(Property.First), Blank.Optional, new RuleFrame(Property.Value, After.Depth), After, rest);
}
