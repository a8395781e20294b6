namespace MultiModalMesh.Inference.Templates;

// A value of a template is null (none), bool, long, double, MarkedText or one of the types below.

/// <summary>A name or entry that does not exist: false, empty, and an error as soon as something is taken from it.</summary>
internal sealed record Undefined(string What)
{
    public TemplateException Error() => new($"{What} is undefined");
}

/// <summary>A list, or a tuple: they differ in how they print.</summary>
internal sealed class ListValue(List<object?> items, bool isTuple = false)
{
    public List<object?> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;
}

/// <summary>A dictionary in insertion order. Keys are text or whole numbers.</summary>
internal sealed class MapValue
{
    private readonly OrderedDictionary<object, (object Key, object? Value)> _entries = [];

    public int Count => _entries.Count;

    public IEnumerable<object> Keys => _entries.Values.Select(e => e.Key);

    public IEnumerable<object?> Values => _entries.Values.Select(e => e.Value);

    public IEnumerable<(object Key, object? Value)> Entries => _entries.Values;

    public void Set(object? key, object? value)
    {
        var lookup = Lookup(key) ?? throw TemplateException.Type("a dictionary key", key);
        _entries[lookup] = (_entries.TryGetValue(lookup, out var old) ? old.Key : key!, value);
    }

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        if (Lookup(key) is not { } lookup || !_entries.TryGetValue(lookup, out var entry))
        {
            return false;
        }

        value = entry.Value;
        return true;
    }

    private static object? Lookup(object? key) => key switch
    {
        MarkedText text => text.Value,
        long => key,
        bool flag => flag ? 1L : 0L,
        _ => null,
    };
}

/// <summary>What <c>namespace(...)</c> makes: the one thing that an assignment inside a loop can change.</summary>
internal sealed class NamespaceValue
{
    public Dictionary<string, object?> Entries { get; } = new(StringComparer.Ordinal);
}

/// <summary><c>loop</c> inside a <c>for</c>.</summary>
internal sealed class LoopValue(List<object?> items)
{
    public int Index { get; set; }

    public object? Attribute(string name) => name switch
    {
        "index" => (long)Index + 1,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("loop.previtem of the first round"),
        "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new Undefined("loop.nextitem of the last round"),
        "depth" => 1L, // counts recursive loops only, of which there are none
        "depth0" => 0L,
        _ => new Undefined($"loop.{name}"),
    };
}

/// <summary>A function of the template language as a value: it can be tested for, not passed around.</summary>
internal sealed record FunctionValue(string Name);
