namespace MultiModalMesh.Inference.Templates;

internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A part of a template that writes text or assigns names.</summary>
internal abstract class Statement(int line)
{
    public int Line => line;

    public Flow Run(Scope scope)
    {
        scope.Budget.Enter();
        scope.Budget.Line = line;
        var flow = Execute(scope);
        scope.Budget.Leave();
        return flow;
    }

    protected abstract Flow Execute(Scope scope);
}

internal sealed class BlockStatement(IReadOnlyList<Statement> statements, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Run(scope);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

internal sealed class TextStatement(string text, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        scope.Output.Append(text, typed: false);
        return Flow.Next;
    }
}

internal sealed class OutputStatement(Expression expression, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        scope.Output.Append(ValueText.Of(scope.Budget, expression.Evaluate(scope)));
        return Flow.Next;
    }
}

internal sealed class IfStatement(IReadOnlyList<(Expression Condition, Statement Body)> branches, Statement? otherwise, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        foreach (var (condition, body) in branches)
        {
            if (Operators.IsTrue(condition.Evaluate(scope)))
            {
                return body.Run(scope);
            }
        }

        return otherwise?.Run(scope) ?? Flow.Next;
    }
}

internal sealed class ForStatement(AssignmentTarget target, Expression source, Expression? filter, Statement body, Statement? otherwise, int line)
    : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        var items = Sequences.Items(scope.Budget, source.Evaluate(scope));
        if (filter is not null)
        {
            items = Filtered(scope, items, filter);
        }

        if (items.Count == 0)
        {
            return otherwise?.Run(scope.Inner()) ?? Flow.Next;
        }

        var loop = new LoopValue(items);
        for (var i = 0; i < items.Count; i++)
        {
            loop.Index = i;
            var round = scope.Inner();
            round.Assign("loop", loop);
            target.Assign(round, items[i]);
            if (body.Run(round) == Flow.Break)
            {
                break;
            }
        }

        return Flow.Next;
    }

    private List<object?> Filtered(Scope scope, List<object?> items, Expression condition)
    {
        scope.Budget.Items(items.Count);
        var kept = new List<object?>();
        foreach (var item in items)
        {
            var round = scope.Inner();
            target.Assign(round, item);
            if (Operators.IsTrue(condition.Evaluate(round)))
            {
                kept.Add(item);
            }
        }

        return kept;
    }
}

internal sealed class JumpStatement(Flow flow, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope) => flow;
}

internal sealed class SetStatement(AssignmentTarget target, Expression value, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        target.Assign(scope, value.Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary><c>{% set x %}...{% endset %}</c>: assigns the text of its body.</summary>
/// <param name="target">What is assigned.</param>
/// <param name="body">What writes the text.</param>
/// <param name="filtered">The value as an expression over the text, which is called <see cref="TextName"/>.</param>
/// <param name="line">Where it stands.</param>
internal sealed class CaptureStatement(AssignmentTarget target, Statement body, Expression filtered, int line) : Statement(line)
{
    /// <summary>A name that no template can write.</summary>
    public const string TextName = "the text of the block";

    protected override Flow Execute(Scope scope)
    {
        var inner = scope.Captured();
        body.Run(inner);
        var filter = scope.Inner();
        filter.Assign(TextName, inner.Output.ToText());
        target.Assign(scope, filtered.Evaluate(filter));
        return Flow.Next;
    }
}

/// <summary>A block whose assignments are gone behind it.</summary>
internal sealed class ScopedStatement(Statement body, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope) => body.Run(scope.Inner());
}

internal sealed class MacroStatement(MacroDefinition definition, int line) : Statement(line)
{
    protected override Flow Execute(Scope scope)
    {
        scope.Budget.Items(8);
        scope.Assign(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }
}
