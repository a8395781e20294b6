using System.Collections.Frozen;

namespace MultiModalMesh.Inference.Templates;

/// <summary>Methods of strings, dictionaries and of <c>loop</c>. Methods that change their value do not exist, as in the sandbox of the reference.</summary>
internal static class Methods
{
    public static readonly FrozenDictionary<string, Operation> Known = new Dictionary<string, Operation>
    {
        ["strip"] = Strip("strip", left: true, right: true),
        ["lstrip"] = Strip("lstrip", left: true, right: false),
        ["rstrip"] = Strip("rstrip", left: false, right: true),
        ["upper"] = OnText("upper", TextOperations.Upper),
        ["lower"] = OnText("lower", TextOperations.Lower),
        ["capitalize"] = OnText("capitalize", TextOperations.Capitalize),
        ["title"] = OnText("title", TextOperations.TitleMethod),
        ["split"] = new(["sep", "maxsplit"], 0, (s, v, a) => TextOperations.Split(
            s.Budget, Arguments.Text(v, "split"), a.Or(0, null) is { } by ? Arguments.Text(by, "split") : null, Arguments.Integer(a.Or(1, -1L), "split"))),
        ["startswith"] = new(["prefix"], 1, object? (s, v, a) => Affix(s, v, a[0], "startswith", (t, p) => t.StartsWith(p, StringComparison.Ordinal))),
        ["endswith"] = new(["suffix"], 1, object? (s, v, a) => Affix(s, v, a[0], "endswith", (t, p) => t.EndsWith(p, StringComparison.Ordinal))),
        ["replace"] = new(["old", "new", "count"], 2, (s, v, a) => TextOperations.Replace(
            s.Budget, Arguments.Text(v, "replace"), Arguments.Text(a[0], "replace"), Arguments.Text(a[1], "replace"), Arguments.Integer(a.Or(2, -1L), "replace"))),
        ["join"] = new(["items"], 1, (s, v, a) => TextOperations.Join(s.Budget, Sequences.Items(s.Budget, a[0]), Arguments.Text(v, "join"), onlyText: true)),
        ["find"] = new(["part"], 1, object? (s, v, a) => Find(s, v, a[0])),
        ["count"] = new(["part"], 1, object? (s, v, a) => Count(s, v, a[0])),
        ["items"] = OnMap("items", m => m.Entries.Select(object? (e) => new ListValue([e.Key, e.Value], isTuple: true))),
        ["keys"] = OnMap("keys", m => m.Keys),
        ["values"] = OnMap("values", m => m.Values),
        ["get"] = new(["key", "default"], 1, (s, v, a) => Map(v, "get").TryGet(a[0], out var entry) ? entry : a.Or(1, null)),
        ["cycle"] = new([], 0, Cycle, TakesMore: true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static Operation Strip(string name, bool left, bool right) => new(["chars"], 0, (s, v, a) => TextOperations.Strip(
        s.Budget, Arguments.Text(v, name), a.Or(0, null) is { } chars ? Arguments.Text(chars, name) : null, left, right));

    private static Operation OnText(string name, Func<RenderBudget, MarkedText, MarkedText> apply) =>
        new((s, v) => apply(s.Budget, Arguments.Text(v, name)));

    private static Operation OnMap(string name, Func<MapValue, IEnumerable<object?>> apply) => new((s, v) =>
    {
        var map = Map(v, name);
        s.Budget.Items(2L * map.Count);
        return new ListValue([.. apply(map)]);
    });

    private static MapValue Map(object? value, string name) => value switch
    {
        MapValue map => map,
        Undefined missing => throw missing.Error(),
        _ => throw TemplateException.Type($"'.{name}()'", value),
    };

    private static bool Affix(RenderState state, object? value, object? affix, string name, Func<string, string, bool> matches)
    {
        var text = Arguments.Text(value, name).Value;
        IEnumerable<object?> options = affix is ListValue { IsTuple: true } tuple ? tuple.Items : [affix];
        foreach (var option in options)
        {
            var part = Arguments.Text(option, name).Value;
            state.Budget.Characters(1 + (part.Length / 8));
            if (matches(text, part))
            {
                return true;
            }
        }

        return false;
    }

    private static long Find(RenderState state, object? value, object? wanted)
    {
        var (text, part) = (Arguments.Text(value, "find").Value, Arguments.Text(wanted, "find").Value);
        state.Budget.Search(text.Length, part.Length);
        var at = text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? -1L : (PythonText.CodePoints(text[..at]) is { } starts ? starts.Length - 1L : at);
    }

    private static long Count(RenderState state, object? value, object? wanted)
    {
        var (text, part) = (Arguments.Text(value, "count"), Arguments.Text(wanted, "count"));
        return part.Length == 0
            ? Sequences.Length(state.Budget, text) + 1
            : TextOperations.Split(state.Budget, text, part, -1).Items.Count - 1L;
    }

    private static object? Cycle(RenderState state, object? value, object?[] arguments) => value is LoopValue loop && arguments.Length > 0
        ? arguments[loop.Index % arguments.Length]
        : throw TemplateException.Type("'.cycle()'", value);
}
