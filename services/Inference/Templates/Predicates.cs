using System.Collections.Frozen;

namespace MultiModalMesh.Inference.Templates;

/// <summary>What can stand behind <c>is</c>.</summary>
internal static class Predicates
{
    public static readonly FrozenDictionary<string, Operation> Known = new Dictionary<string, Operation>
    {
        ["defined"] = On(v => v is not Undefined),
        ["undefined"] = On(v => v is Undefined),
        ["none"] = On(v => v is null),
        ["string"] = On(v => v is MarkedText),
        ["mapping"] = On(v => v is MapValue),
        ["iterable"] = On(v => v is MarkedText or ListValue or MapValue or Undefined),
        ["sequence"] = On(v => v is MarkedText or ListValue or MapValue or Undefined),
        ["number"] = On(v => v is long or double or bool),
        ["integer"] = On(v => v is long),
        ["float"] = On(v => v is double),
        ["boolean"] = On(v => v is bool),
        ["true"] = On(v => v is true),
        ["false"] = On(v => v is false),
        ["odd"] = new((s, v) => Operators.Arithmetic(s.Budget, "%", v, 2L) is 1L),
        ["even"] = new((s, v) => Operators.Arithmetic(s.Budget, "%", v, 2L) is 0L),
        ["lower"] = new((s, v) => HasCase(s, v, t => t.ToLowerInvariant())),
        ["upper"] = new((s, v) => HasCase(s, v, t => t.ToUpperInvariant())),
        ["in"] = new(["seq"], 1, (s, v, a) => Operators.Contains(s.Budget, a[0], v)),
        ["equalto"] = Comparison("=="),
        ["eq"] = Comparison("=="),
        ["=="] = Comparison("=="),
        ["ne"] = Comparison("!="),
        ["!="] = Comparison("!="),
        ["lt"] = Comparison("<"),
        ["lessthan"] = Comparison("<"),
        ["<"] = Comparison("<"),
        ["le"] = Comparison("<="),
        ["<="] = Comparison("<="),
        ["gt"] = Comparison(">"),
        ["greaterthan"] = Comparison(">"),
        [">"] = Comparison(">"),
        ["ge"] = Comparison(">="),
        [">="] = Comparison(">="),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static Operation On(Func<object?, bool> test) => new((_, value) => test(value));

    private static Operation Comparison(string operation) => new(["other"], 1, (s, v, a) => Compare(s.Budget, operation, v, a[0]));

    public static bool Compare(RenderBudget budget, string operation, object? left, object? right) => operation switch
    {
        "==" => Operators.AreEqual(budget, left, right),
        "!=" => !Operators.AreEqual(budget, left, right),
        "in" => Operators.Contains(budget, right, left),
        "not in" => !Operators.Contains(budget, right, left),
        "<" => Operators.Compare(budget, left, right) < 0,
        "<=" => Operators.Compare(budget, left, right) <= 0,
        ">" => Operators.Compare(budget, left, right) > 0,
        _ => Operators.Compare(budget, left, right) >= 0,
    };

    private static bool HasCase(RenderState state, object? value, Func<string, string> change)
    {
        var text = ValueText.Of(state.Budget, value).Value;
        state.Budget.Characters(text.Length);
        return text.Any(char.IsLetter) && string.Equals(text, change(text), StringComparison.Ordinal);
    }
}
