namespace MultiModalMesh.Inference.Templates;

/// <summary>Operations on strings that keep for every character where it came from.</summary>
internal static class TextOperations
{
    /// <param name="budget">Pays for the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="characters">The characters to take off, or null for white space.</param>
    /// <param name="left">Takes from the start.</param>
    /// <param name="right">Takes from the end.</param>
    public static MarkedText Strip(RenderBudget budget, MarkedText text, MarkedText? characters, bool left = true, bool right = true)
    {
        budget.Search(text.Length, characters?.Length ?? 0);
        bool Goes(char c) => characters is null ? PythonText.IsSpace(c) : characters.Value.Contains(c, StringComparison.Ordinal);
        var start = 0;
        var end = text.Length;
        while (left && start < end && Goes(text.Value[start]))
        {
            start++;
        }

        while (right && end > start && Goes(text.Value[end - 1]))
        {
            end--;
        }

        return text.Slice(start, end - start);
    }

    public static MarkedText Upper(RenderBudget budget, MarkedText text) => Map(budget, text, text.Value.ToUpperInvariant);

    public static MarkedText Lower(RenderBudget budget, MarkedText text) => Map(budget, text, text.Value.ToLowerInvariant);

    public static MarkedText Capitalize(RenderBudget budget, MarkedText text) => Map(
        budget, text, () => text.Length == 0 ? string.Empty : char.ToUpperInvariant(text.Value[0]) + text.Value[1..].ToLowerInvariant());

    /// <summary>The method <c>title</c>: a word begins behind everything that is no letter.</summary>
    public static MarkedText TitleMethod(RenderBudget budget, MarkedText text) =>
        Map(budget, text, () => PythonText.Title(text.Value, c => !char.IsLetter(c)));

    /// <summary>The filter <c>title</c>: a word begins behind white space, hyphens and opening brackets.</summary>
    public static MarkedText TitleFilter(RenderBudget budget, MarkedText text) =>
        Map(budget, text, () => PythonText.Title(text.Value, c => PythonText.IsSpace(c) || c is '-' or '(' or '{' or '[' or '<'));

    public static MarkedText Replace(RenderBudget budget, MarkedText text, MarkedText old, MarkedText replacement, long count)
    {
        budget.Search(text.Length, old.Length);
        var builder = new MarkedBuilder(budget);
        var from = 0;
        for (var at = Find(text, old, 0); at >= 0 && count != 0; count--)
        {
            budget.Step();
            builder.Append(text.Slice(from, at - from)).Append(replacement);
            from = at + old.Length;
            if (old.Length == 0)
            {
                if (at >= text.Length)
                {
                    break;
                }

                builder.Append(text.Slice(at, 1));
                from = at + 1;
            }

            at = Find(text, old, from);
        }

        return builder.Append(text.Slice(from, text.Length - from)).ToText();
    }

    /// <param name="budget">Pays for the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="separator">Null: runs of white space, and no empty pieces.</param>
    /// <param name="limit">How often to cut; negative: everywhere.</param>
    public static ListValue Split(RenderBudget budget, MarkedText text, MarkedText? separator, long limit)
    {
        budget.Search(2 * text.Length, separator?.Length ?? 0);
        if (separator is { Length: 0 })
        {
            throw new TemplateException("'split' has an empty separator");
        }

        var pieces = new List<object?>();
        void Add(int start, int end)
        {
            budget.Items(1);
            pieces.Add(text.Slice(start, end - start));
        }

        var from = 0;
        if (separator is not null)
        {
            for (var at = Find(text, separator, 0); at >= 0 && limit != 0; at = Find(text, separator, from), limit--)
            {
                Add(from, at);
                from = at + separator.Length;
            }

            Add(from, text.Length);
            return new ListValue(pieces);
        }

        for (from = SkipSpace(text, 0); from < text.Length; limit--)
        {
            var end = from;
            while (end < text.Length && !PythonText.IsSpace(text.Value[end]))
            {
                end++;
            }

            if (limit == 0)
            {
                Add(from, text.Length);
                break;
            }

            Add(from, end);
            from = SkipSpace(text, end);
        }

        return new ListValue(pieces);
    }

    public static MarkedText Join(RenderBudget budget, IEnumerable<object?> items, MarkedText separator, bool onlyText)
    {
        var builder = new MarkedBuilder(budget);
        var first = true;
        foreach (var item in items)
        {
            budget.Step();
            builder.Append(first ? MarkedText.Empty : separator);
            first = false;
            builder.Append(onlyText ? Arguments.Text(item, "join") : ValueText.Of(budget, item));
        }

        return builder.ToText();
    }

    /// <summary>Puts blanks before every line but the first one and empty ones.</summary>
    public static MarkedText Indent(RenderBudget budget, MarkedText text, MarkedText blanks, bool first, bool empty)
    {
        var builder = new MarkedBuilder(budget);
        for (var start = 0; start <= text.Length;)
        {
            budget.Step();
            var found = text.Value.IndexOf('\n', start);
            var end = found < 0 ? text.Length : found;
            if (start == 0 ? first : empty || end > start)
            {
                builder.Append(blanks);
            }

            builder.Append(text.Slice(start, (found < 0 ? end : end + 1) - start));
            start = end + 1;
        }

        return builder.ToText();
    }

    private static int SkipSpace(MarkedText text, int position)
    {
        while (position < text.Length && PythonText.IsSpace(text.Value[position]))
        {
            position++;
        }

        return position;
    }

    private static MarkedText Map(RenderBudget budget, MarkedText text, Func<string> change)
    {
        budget.Characters(text.Length);
        return text.With(change());
    }

    private static int Find(MarkedText text, MarkedText part, int from) => text.Value.IndexOf(part.Value, from, StringComparison.Ordinal);
}
