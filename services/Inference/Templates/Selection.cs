using System.Collections.Frozen;

namespace MultiModalMesh.Inference.Templates;

/// <summary>The filters that apply another filter, a test or an attribute to every entry of a list.</summary>
internal static class Selection
{
    /// <param name="state">Of the rendering.</param>
    /// <param name="value">The list.</param>
    /// <param name="arguments">Attribute and default by name, then the name of a filter and its arguments.</param>
    public static object Map(RenderState state, object? value, object?[] arguments)
    {
        var items = Sequences.Items(state.Budget, value);
        state.Budget.Items(items.Count);
        if (arguments.Given(0))
        {
            return new ListValue([.. items.Select(i => Attribute(state.Budget, i, arguments[0]) is var found && found is Undefined
                ? arguments.Or(1, found)
                : found)]);
        }

        if (arguments.Length < 3)
        {
            throw new TemplateException("'map' needs an attribute or a filter");
        }

        var filter = Find(Filters.Known, arguments[2], "filter");
        var rest = Fill(filter, arguments[3..], "map");
        return new ListValue([.. items.Select(i => filter.Apply(state, i, rest))]);
    }

    /// <param name="state">Of the rendering.</param>
    /// <param name="value">The list.</param>
    /// <param name="attribute">What of an entry is tested; null: the entry itself.</param>
    /// <param name="arguments">The name of a test and its arguments; none: whether it is true.</param>
    /// <param name="keep">Whether entries that pass are kept or dropped.</param>
    public static object Select(RenderState state, object? value, object? attribute, object?[] arguments, bool keep)
    {
        var items = Sequences.Items(state.Budget, value);
        state.Budget.Items(items.Count);
        var test = arguments.Length == 0 ? null : Find(Predicates.Known, arguments[0], "test");
        var rest = test is null ? [] : Fill(test, arguments[1..], "select");
        bool Passes(object? item)
        {
            state.Budget.Step();
            var tested = attribute is null ? item : Attribute(state.Budget, item, attribute);
            return test is null ? Operators.IsTrue(tested) : Operators.IsTrue(test.Apply(state, tested, rest));
        }

        return new ListValue([.. items.Where(i => Passes(i) == keep)]);
    }

    /// <summary>The entry of an item by name, by number or by a path with dots.</summary>
    public static object? Attribute(RenderBudget budget, object? item, object? attribute)
    {
        if (attribute is not MarkedText path)
        {
            return Sequences.Entry(budget, item, attribute);
        }

        budget.Characters(path.Length);
        foreach (var part in path.Value.Split('.'))
        {
            budget.Step();
            item = Sequences.Entry(budget, item, long.TryParse(part, out var index) ? index : MarkedText.Own(part));
        }

        return item;
    }

    private static Operation Find(FrozenDictionary<string, Operation> known, object? name, string kind) =>
        name is MarkedText text && known.TryGetValue(text.Value, out var operation)
            ? operation
            : throw new TemplateException($"the {kind} '{name}' is not supported");

    private static object?[] Fill(Operation operation, object?[] given, string caller)
    {
        if (operation.TakesMore || given.Length > operation.Parameters.Length || given.Length < operation.Required)
        {
            throw new TemplateException($"the arguments of '{caller}' do not fit what it applies");
        }

        return [.. given, .. Enumerable.Repeat(Operation.Absent, operation.Parameters.Length - given.Length)];
    }
}
