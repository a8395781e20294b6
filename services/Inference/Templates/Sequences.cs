namespace MultiModalMesh.Inference.Templates;

/// <summary>Entries, attributes, slices and lengths of values.</summary>
internal static class Sequences
{
    /// <summary>What a loop over the value goes through: entries, keys, or characters.</summary>
    public static List<object?> Items(RenderBudget budget, object? value)
    {
        switch (value)
        {
            case Undefined:
                return [];
            case ListValue list:
                return list.Items;
            case MapValue map:
                budget.Items(map.Count);
                return [.. map.Keys];
            case MarkedText text:
                var starts = PythonText.CodePoints(text.Value);
                var count = Count(text, starts);
                budget.Items(count);
                return [.. Enumerable.Range(0, count).Select(i => CharacterAt(text, starts, i))];
            default:
                throw TemplateException.Type("a loop", value);
        }
    }

    public static long Length(RenderBudget budget, object? value)
    {
        switch (value)
        {
            case Undefined:
                return 0;
            case ListValue list:
                return list.Items.Count;
            case MapValue map:
                return map.Count;
            case MarkedText text:
                budget.Characters(text.Length / 8);
                return Count(text, PythonText.CodePoints(text.Value));
            default:
                throw TemplateException.Type("'length'", value);
        }
    }

    /// <summary><c>value.name</c></summary>
    public static object? Attribute(object? value, string name) => value switch
    {
        Undefined missing => throw missing.Error(),
        LoopValue loop => loop.Attribute(name),
        NamespaceValue space => space.Entries.TryGetValue(name, out var entry) ? entry : new Undefined($"'{name}' of the namespace"),
        MapValue when name is "items" or "keys" or "values" or "get" or "pop" or "copy" or "update" or "clear" =>
            throw new TemplateException($"'.{name}' of a dictionary is its method; write ['{name}'] for its entry"),
        MapValue map => map.TryGet(MarkedText.Own(name), out var entry) ? entry : new Undefined($"'{name}'"),
        _ => new Undefined($"'{name}'"),
    };

    /// <summary><c>value[key]</c></summary>
    public static object? Entry(RenderBudget budget, object? value, object? key)
    {
        if (value is Undefined missing)
        {
            throw missing.Error();
        }

        budget.Characters(key is MarkedText wanted ? wanted.Length / 8 : 0);
        if (value is MapValue map)
        {
            return map.TryGet(key, out var entry) ? entry : new Undefined(Describe(key));
        }

        if (key is MarkedText name)
        {
            return value is LoopValue or NamespaceValue ? Attribute(value, name.Value) : new Undefined(Describe(key));
        }

        if (Operators.AsInteger(key) is not { } index)
        {
            return new Undefined(Describe(key));
        }

        switch (value)
        {
            case ListValue list:
                index += index < 0 ? list.Items.Count : 0;
                return index >= 0 && index < list.Items.Count ? list.Items[(int)index] : new Undefined($"entry {key} of a list of {list.Items.Count}");
            case MarkedText text:
                budget.Characters(text.Length / 8);
                var starts = PythonText.CodePoints(text.Value);
                var count = Count(text, starts);
                index += index < 0 ? count : 0;
                return index >= 0 && index < count ? CharacterAt(text, starts, (int)index) : new Undefined($"character {key} of a text of {count}");
            default:
                return new Undefined(Describe(key));
        }
    }

    /// <summary><c>value[start:stop:step]</c>, with none for what is left out.</summary>
    public static object Slice(RenderBudget budget, object? value, object? start, object? stop, object? step)
    {
        var stride = step is null ? 1 : Bound(step);
        if (stride == 0)
        {
            throw new TemplateException("the step of a slice is zero");
        }

        switch (value)
        {
            case Undefined missing:
                throw missing.Error();
            case ListValue list:
                var chosen = Indices(list.Items.Count, start, stop, stride);
                budget.Items(chosen.Count);
                return new ListValue([.. chosen.Select(i => list.Items[i])], list.IsTuple);
            case MarkedText text:
                budget.Characters(2L * text.Length);
                return Slice(budget, text, start, stop, stride);
            default:
                throw TemplateException.Type("a slice", value);
        }
    }

    private static MarkedText Slice(RenderBudget budget, MarkedText text, object? start, object? stop, long stride)
    {
        var starts = PythonText.CodePoints(text.Value);
        var chosen = Indices(Count(text, starts), start, stop, stride);
        if (chosen.Count == 0)
        {
            return MarkedText.Empty;
        }

        if (stride == 1)
        {
            var first = starts?[chosen.First] ?? chosen.First;
            return text.Slice(first, (starts?[chosen.First + chosen.Count] ?? (chosen.First + chosen.Count)) - first);
        }

        var builder = new MarkedBuilder(budget);
        foreach (var index in chosen)
        {
            budget.Step();
            builder.Append(CharacterAt(text, starts, index));
        }

        return builder.ToText();
    }

    private static Progression Indices(int count, object? start, object? stop, long stride)
    {
        long Clamp(object? bound, long missing)
        {
            if (bound is null)
            {
                return missing;
            }

            var at = Bound(bound);
            at += at < 0 ? count : 0;
            return stride > 0 ? Math.Clamp(at, 0, count) : Math.Clamp(at, -1, count - 1);
        }

        var from = Clamp(start, stride > 0 ? 0 : count - 1);
        var to = Clamp(stop, stride > 0 ? count : -1);
        var length = stride > 0 ? (to - from + stride - 1) / stride : (from - to - stride - 1) / -stride;
        return new Progression((int)from, stride, (int)Math.Max(0, length));
    }

    /// <summary>A bound of a slice; bounds beyond any length are all the same.</summary>
    private static long Bound(object value) =>
        Math.Clamp(Operators.AsInteger(value) ?? throw TemplateException.Type("a slice bound", value), -int.MaxValue, int.MaxValue);

    private static int Count(MarkedText text, int[]? starts) => starts is null ? text.Length : starts.Length - 1;

    private static MarkedText CharacterAt(MarkedText text, int[]? starts, int index) =>
        starts is null ? text.Slice(index, 1) : text.Slice(starts[index], starts[index + 1] - starts[index]);

    private static string Describe(object? key) => key is MarkedText text ? $"'{text.Value.AsSpan(0, Math.Min(40, text.Length))}'" : $"the entry with {PythonText.TypeName(key)} as key";

    private readonly record struct Progression(int First, long Stride, int Count) : IEnumerable<int>
    {
        public IEnumerator<int> GetEnumerator()
        {
            for (var i = 0; i < Count; i++)
            {
                yield return (int)(First + (i * Stride));
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
