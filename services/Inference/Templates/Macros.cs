namespace MultiModalMesh.Inference.Templates;

/// <param name="Name">By which it is called.</param>
/// <param name="Parameters">Names and, where a call may leave them out, defaults.</param>
/// <param name="Body">What it writes.</param>
internal sealed record MacroDefinition(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Statement Body);

/// <summary>A macro with the names that are visible where it stands.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope scope)
{
    /// <summary>The text that the macro writes.</summary>
    public MarkedText Call(object?[] arguments, IReadOnlyList<(string Name, object? Value)> named)
    {
        var parameters = definition.Parameters;
        if (arguments.Length > parameters.Count)
        {
            throw new TemplateException($"the macro '{definition.Name}' takes {parameters.Count} arguments, not {arguments.Length}");
        }

        foreach (var (name, _) in named)
        {
            if (!parameters.Skip(arguments.Length).Any(p => p.Name == name))
            {
                throw new TemplateException($"the macro '{definition.Name}' takes no further argument '{name}'");
            }
        }

        var inner = scope.Captured();
        for (var i = 0; i < parameters.Count; i++)
        {
            var (name, missing) = parameters[i];
            inner.Assign(name, i < arguments.Length ? arguments[i]
                : named.FirstOrDefault(n => n.Name == name) is { Name: not null } given ? given.Value
                : missing is null ? new Undefined($"the argument '{name}'")
                : missing.Evaluate(inner));
        }

        definition.Body.Run(inner);
        return inner.Output.ToText();
    }
}

/// <summary>The left side of an assignment: a name, an entry of a namespace, or several of them.</summary>
internal abstract record AssignmentTarget
{
    public abstract void Assign(Scope scope, object? value);

    internal sealed record Name(string Variable) : AssignmentTarget
    {
        public override void Assign(Scope scope, object? value) => scope.Assign(Variable, value);
    }

    internal sealed record NamespaceEntry(string Variable, string Entry) : AssignmentTarget
    {
        public override void Assign(Scope scope, object? value)
        {
            if (scope.Find(Variable) is not NamespaceValue space)
            {
                throw new TemplateException($"'{Variable}' is not a namespace, so that '{Variable}.{Entry}' cannot be assigned");
            }

            space.Entries[Entry] = value;
        }
    }

    internal sealed record Several(IReadOnlyList<AssignmentTarget> Targets) : AssignmentTarget
    {
        public override void Assign(Scope scope, object? value)
        {
            var items = Sequences.Items(scope.Budget, value);
            if (items.Count != Targets.Count)
            {
                throw new TemplateException($"{items.Count} values do not fit {Targets.Count} names");
            }

            for (var i = 0; i < Targets.Count; i++)
            {
                Targets[i].Assign(scope, items[i]);
            }
        }
    }
}
