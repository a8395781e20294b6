namespace MultiModalMesh.Inference.Templates;

/// <summary>A part of a template that has a value.</summary>
internal abstract class Expression
{
    public object? Evaluate(Scope scope)
    {
        scope.Budget.Enter();
        var value = Compute(scope);
        scope.Budget.Leave();
        return value;
    }

    protected abstract object? Compute(Scope scope);
}

internal sealed class Literal(object? value) : Expression
{
    public object? Value => value;

    protected override object? Compute(Scope scope) => value;
}

internal sealed class NameExpression(string name) : Expression
{
    public string Name => name;

    protected override object? Compute(Scope scope) => scope.Find(name);
}

internal sealed class ListExpression(IReadOnlyList<Expression> items, bool isTuple) : Expression
{
    public IReadOnlyList<Expression> Items => items;

    public bool IsTuple => isTuple;

    protected override object? Compute(Scope scope)
    {
        scope.Budget.Items(items.Count + 1);
        return new ListValue([.. items.Select(i => i.Evaluate(scope))], isTuple);
    }
}

internal sealed class MapExpression(IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression
{
    protected override object? Compute(Scope scope)
    {
        scope.Budget.Items((2 * entries.Count) + 2);
        var map = new MapValue();
        foreach (var (key, value) in entries)
        {
            map.Set(key.Evaluate(scope), value.Evaluate(scope));
        }

        return map;
    }
}

internal sealed class AttributeExpression(Expression target, string name) : Expression
{
    public Expression Target => target;

    public string Name => name;

    protected override object? Compute(Scope scope) => Sequences.Attribute(target.Evaluate(scope), name);
}

internal sealed class EntryExpression(Expression target, Expression key) : Expression
{
    protected override object? Compute(Scope scope) => Sequences.Entry(scope.Budget, target.Evaluate(scope), key.Evaluate(scope));
}

internal sealed class SliceExpression(Expression target, Expression? start, Expression? stop, Expression? step) : Expression
{
    protected override object? Compute(Scope scope) => Sequences.Slice(
        scope.Budget, target.Evaluate(scope), start?.Evaluate(scope), stop?.Evaluate(scope), step?.Evaluate(scope));
}

internal sealed class NotExpression(Expression operand) : Expression
{
    protected override object? Compute(Scope scope) => !Operators.IsTrue(operand.Evaluate(scope));
}

internal sealed class SignExpression(Expression operand, bool negative) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var value = operand.Evaluate(scope);
        return Operators.AsNumber(value) is null
            ? throw TemplateException.Type("a sign", value)
            : Operators.Arithmetic(scope.Budget, "*", negative ? -1L : 1L, value);
    }
}

/// <summary><c>and</c>, <c>or</c>: the value of the side that decides, and the other side only if it is needed.</summary>
internal sealed class LogicExpression(Expression left, Expression right, bool isAnd) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var first = left.Evaluate(scope);
        return Operators.IsTrue(first) == isAnd ? right.Evaluate(scope) : first;
    }
}

internal sealed class ArithmeticExpression(string operation, Expression left, Expression right) : Expression
{
    protected override object? Compute(Scope scope) => Operators.Arithmetic(scope.Budget, operation, left.Evaluate(scope), right.Evaluate(scope));
}

/// <summary><c>a ~ b ~ c</c></summary>
internal sealed class ConcatExpression(IReadOnlyList<Expression> parts) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var builder = new MarkedBuilder(scope.Budget);
        foreach (var part in parts)
        {
            builder.Append(ValueText.Of(scope.Budget, part.Evaluate(scope)));
        }

        return builder.ToText();
    }
}

/// <summary><c>a &lt; b &lt; c</c>: every neighbouring pair must hold.</summary>
internal sealed class CompareExpression(Expression first, IReadOnlyList<(string Operation, Expression Operand)> rest) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var left = first.Evaluate(scope);
        foreach (var (operation, operand) in rest)
        {
            var right = operand.Evaluate(scope);
            if (!Predicates.Compare(scope.Budget, operation, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }
}

internal sealed class ConditionalExpression(Expression condition, Expression then, Expression? otherwise) : Expression
{
    protected override object? Compute(Scope scope) =>
        Operators.IsTrue(condition.Evaluate(scope)) ? then.Evaluate(scope)
        : otherwise is null ? new Undefined("the value of an 'if' without 'else'")
        : otherwise.Evaluate(scope);
}

/// <summary>A filter, test or method applied to a value.</summary>
/// <param name="operation">What is applied.</param>
/// <param name="target">To what.</param>
/// <param name="arguments">Null for those that are left out.</param>
/// <param name="line">Where it stands.</param>
internal sealed class OperationExpression(Operation operation, Expression target, IReadOnlyList<Expression?> arguments, int line) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var value = target.Evaluate(scope);
        object?[] given = [.. arguments.Select(a => a is null ? Operation.Absent : a.Evaluate(scope))];
        scope.Budget.Line = line;
        return operation.Apply(scope.State, value, given);
    }
}

/// <summary>A call of a function of the language or of a macro.</summary>
internal sealed class CallExpression(string name, IReadOnlyList<Expression> positional, IReadOnlyList<(string Name, Expression Value)> named, int line) : Expression
{
    public string Name => name;

    public int Line => line;

    protected override object? Compute(Scope scope)
    {
        var callee = scope.Find(name);
        object?[] arguments = [.. positional.Select(a => a.Evaluate(scope))];
        var byName = named.Select(a => (a.Name, a.Value.Evaluate(scope))).ToList();
        scope.Budget.Line = line;
        return callee switch
        {
            MacroValue macro => macro.Call(arguments, byName),
            FunctionValue => Functions.Known[name](scope.State, arguments, byName),
            Undefined when name == Functions.Clock => throw new TemplateException("the template asks for the date, and there is no clock"),
            Undefined missing => throw missing.Error(),
            _ => throw TemplateException.Type("a call", callee),
        };
    }
}
