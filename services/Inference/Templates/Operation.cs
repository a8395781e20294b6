namespace MultiModalMesh.Inference.Templates;

/// <summary>A filter, test or method: what it is called with and what it computes.</summary>
/// <param name="Parameters">Names of the arguments, in order. Arguments that are left out arrive as <see cref="Absent"/>.</param>
/// <param name="Required">How many of them must be given.</param>
/// <param name="Apply">From the value it is applied to and the arguments to the result.</param>
/// <param name="TakesMore">
/// <see cref="Parameters"/> can only be given by name, and any number of further arguments by position follows them.
/// </param>
internal sealed record Operation(
    string[] Parameters,
    int Required,
    Func<RenderState, object?, object?[], object?> Apply,
    bool TakesMore = false)
{
    public static readonly object Absent = new();

    public Operation(Func<RenderState, object?, object?> apply)
        : this([], 0, (state, value, _) => apply(state, value))
    {
    }
}

/// <summary>What the operations of one rendering share.</summary>
/// <param name="Budget">What it may still spend.</param>
/// <param name="Time">The clock of <c>strftime_now</c>, if there is one.</param>
internal sealed record RenderState(RenderBudget Budget, TimeProvider? Time);

/// <summary>Reading arguments of operations.</summary>
internal static class Arguments
{
    public static bool Given(this object?[] arguments, int index) => index < arguments.Length && !ReferenceEquals(arguments[index], Operation.Absent);

    public static object? Or(this object?[] arguments, int index, object? missing) => arguments.Given(index) ? arguments[index] : missing;

    public static MarkedText Text(object? value, string operation) => value switch
    {
        MarkedText text => text,
        Undefined missing => throw missing.Error(),
        _ => throw TemplateException.Type($"'{operation}'", value),
    };

    public static long Integer(object? value, string operation) =>
        Operators.AsInteger(value) ?? throw TemplateException.Type($"'{operation}'", value);
}
