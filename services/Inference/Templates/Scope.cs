namespace MultiModalMesh.Inference.Templates;

/// <summary>
/// Names that are visible at one place. A round of a loop, a macro and a captured block have a scope of their own: what they assign is gone
/// behind them.
/// </summary>
internal sealed class Scope
{
    private readonly Scope? _parent;
    private readonly Dictionary<string, object?> _names = new(StringComparer.Ordinal);

    public Scope(RenderState state, MarkedBuilder output)
    {
        State = state;
        Output = output;
    }

    private Scope(Scope parent, MarkedBuilder output)
        : this(parent.State, output)
    {
        _parent = parent;
    }

    public RenderState State { get; }

    public RenderBudget Budget => State.Budget;

    /// <summary>Where text goes.</summary>
    public MarkedBuilder Output { get; }

    public Scope Inner() => new(this, Output);

    public Scope Captured() => new(this, new MarkedBuilder(Budget));

    public void Assign(string name, object? value) => _names[name] = value;

    public object? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._parent)
        {
            if (scope._names.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return Functions.Known.ContainsKey(name) && (name != Functions.Clock || State.Time is not null) ? new FunctionValue(name) : new Undefined($"'{name}'");
    }
}
