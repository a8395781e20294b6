using System.Collections.Frozen;
using System.Globalization;

namespace MultiModalMesh.Inference.Templates;

/// <summary>What can stand behind <c>|</c>. Filters that the reference answers with a generator give a list.</summary>
internal static class Filters
{
    public static readonly FrozenDictionary<string, Operation> Known = new Dictionary<string, Operation>
    {
        ["trim"] = new(["chars"], 0, (s, v, a) => TextOperations.Strip(
            s.Budget, ValueText.Of(s.Budget, v), a.Or(0, null) is { } chars ? Arguments.Text(chars, "trim") : null)),
        ["upper"] = OnText(TextOperations.Upper),
        ["lower"] = OnText(TextOperations.Lower),
        ["capitalize"] = OnText(TextOperations.Capitalize),
        ["title"] = OnText(TextOperations.TitleFilter),
        ["string"] = OnText((_, text) => text),
        ["replace"] = new(["old", "new", "count"], 2, (s, v, a) => TextOperations.Replace(
            s.Budget, ValueText.Of(s.Budget, v), ValueText.Of(s.Budget, a[0]), ValueText.Of(s.Budget, a[1]), Arguments.Integer(a.Or(2, null) ?? -1L, "replace"))),
        ["indent"] = new(["width", "first", "blank"], 0, Indent),
        ["length"] = new((s, v) => Sequences.Length(s.Budget, v)),
        ["count"] = new((s, v) => Sequences.Length(s.Budget, v)),
        ["join"] = new(["d", "attribute"], 0, (s, v, a) => TextOperations.Join(
            s.Budget,
            a.Given(1) ? Sequences.Items(s.Budget, v).Select(i => Selection.Attribute(s.Budget, i, a[1])) : Sequences.Items(s.Budget, v),
            a.Or(0, null) is { } separator ? ValueText.Of(s.Budget, separator) : MarkedText.Empty,
            onlyText: false)),
        ["first"] = new((s, v) => Sequences.Items(s.Budget, v) is { Count: > 0 } items ? items[0] : new Undefined("the first entry of an empty list")),
        ["last"] = new((s, v) => Sequences.Items(s.Budget, v) is { Count: > 0 } items ? items[^1] : new Undefined("the last entry of an empty list")),
        ["default"] = new(["default_value", "boolean"], 0, Default),
        ["d"] = new(["default_value", "boolean"], 0, Default),
        ["tojson"] = new(["indent", "ensure_ascii", "separators", "sort_keys"], 0, ToJson),
        ["int"] = new(["default"], 0, (_, v, a) => ToInteger(v) ?? a.Or(0, 0L)),
        ["float"] = new(["default"], 0, (_, v, a) => ToReal(v) ?? a.Or(0, 0.0)),
        ["abs"] = new((s, v) => Operators.Compare(s.Budget, v, 0L) < 0 ? Operators.Arithmetic(s.Budget, "*", -1L, v) : v),
        ["list"] = new((s, v) => Copy(s.Budget, v, items => items)),
        ["reverse"] = new((s, v) => v is MarkedText ? Sequences.Slice(s.Budget, v, null, null, -1L) : Copy(s.Budget, v, items => items.AsEnumerable().Reverse())),
        ["sort"] = new(["reverse"], 0, (s, v, a) => Copy(s.Budget, v, items => Sort(s.Budget, items, Operators.IsTrue(a.Or(0, false))))),
        ["unique"] = new((s, v) => Copy(s.Budget, v, items => Unique(s.Budget, items))),
        ["items"] = new((s, v) => v is Undefined ? new ListValue([]) : Methods.Known["items"].Apply(s, v, [])),
        ["map"] = new(["attribute", "default"], 0, Selection.Map, TakesMore: true),
        ["select"] = new([], 0, (s, v, a) => Selection.Select(s, v, attribute: null, a, keep: true), TakesMore: true),
        ["reject"] = new([], 0, (s, v, a) => Selection.Select(s, v, attribute: null, a, keep: false), TakesMore: true),
        ["selectattr"] = new([], 1, (s, v, a) => Selection.Select(s, v, a[0], a[1..], keep: true), TakesMore: true),
        ["rejectattr"] = new([], 1, (s, v, a) => Selection.Select(s, v, a[0], a[1..], keep: false), TakesMore: true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static Operation OnText(Func<RenderBudget, MarkedText, MarkedText> apply) => new((s, v) => apply(s.Budget, ValueText.Of(s.Budget, v)));

    private static ListValue Copy(RenderBudget budget, object? value, Func<List<object?>, IEnumerable<object?>> order)
    {
        var items = Sequences.Items(budget, value);
        budget.Items(items.Count);
        return new ListValue([.. order(items)]);
    }

    private static object? Default(RenderState state, object? value, object?[] arguments) =>
        value is Undefined || (Operators.IsTrue(arguments.Or(1, false)) && !Operators.IsTrue(value)) ? arguments.Or(0, MarkedText.Empty) : value;

    private static MarkedText Indent(RenderState state, object? value, object?[] arguments)
    {
        var blanks = arguments.Or(0, 4L) is MarkedText given ? given : Blanks(state.Budget, arguments.Or(0, 4L), "indent");
        return TextOperations.Indent(
            state.Budget, ValueText.Of(state.Budget, value), blanks, Operators.IsTrue(arguments.Or(1, false)), Operators.IsTrue(arguments.Or(2, false)));
    }

    private static MarkedText Blanks(RenderBudget budget, object? width, string operation)
    {
        var count = Math.Max(0, Arguments.Integer(width, operation));
        budget.Characters(count);
        return MarkedText.Own(new string(' ', (int)count));
    }

    private static MarkedText ToJson(RenderState state, object? value, object?[] arguments)
    {
        var indent = arguments.Or(0, null) switch
        {
            null => null,
            MarkedText text => text.Value,
            var width => Blanks(state.Budget, width, "tojson").Value,
        };
        var (items, keys) = (indent is null ? ", " : ",", ": ");
        if (arguments.Or(2, null) is ListValue { Items: [MarkedText between, MarkedText after] })
        {
            (items, keys) = (between.Value, after.Value);
        }

        return new JsonText(state.Budget, indent, Operators.IsTrue(arguments.Or(1, false)), items, keys, Operators.IsTrue(arguments.Or(3, false))).Write(value);
    }

    private static object? ToInteger(object? value) => value switch
    {
        double number => double.IsFinite(number) && Math.Abs(number) < 9e18 ? (long)number : null,
        MarkedText text when long.TryParse(text.Value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        MarkedText => ToReal(value) is double real ? ToInteger(real) : null,
        _ => Operators.AsInteger(value),
    };

    private static object? ToReal(object? value) => value is MarkedText text
        ? double.TryParse(text.Value.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null
        : Operators.AsNumber(value);

    /// <summary>Stable, and without regard to upper and lower case, as the reference does it.</summary>
    private static IEnumerable<object?> Sort(RenderBudget budget, List<object?> items, bool reverse)
    {
        var order = Comparer<object?>.Create((a, b) =>
        {
            budget.Step();
            return Operators.Compare(budget, Folded(budget, a), Folded(budget, b));
        });
        return reverse ? items.OrderByDescending(i => i, order) : items.Order(order);
    }

    private static IEnumerable<object?> Unique(RenderBudget budget, List<object?> items)
    {
        var seen = new ListValue([]);
        foreach (var item in items)
        {
            var key = Folded(budget, item);
            if (!Operators.Contains(budget, seen, key))
            {
                seen.Items.Add(key);
                yield return item;
            }
        }
    }

    private static object? Folded(RenderBudget budget, object? value) => value is MarkedText text ? TextOperations.Lower(budget, text) : value;
}
