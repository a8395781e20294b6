namespace MultiModalMesh.Inference.Templates;

/// <summary>Parses arguments and fits them to what is called, so that a call which cannot work is refused when the template is read.</summary>
internal sealed class CallParser(TokenStream tokens)
{
    private readonly List<CallExpression> _calls = [];

    public IReadOnlyList<CallExpression> Calls => _calls;

    /// <summary>A call of a name or of a method.</summary>
    public Expression Call(Expression target, Func<Expression> parse)
    {
        var line = tokens.Line;
        switch (target)
        {
            case NameExpression name:
                var (positional, named) = ParseArguments(parse);
                var call = new CallExpression(name.Name, positional, named, line);
                _calls.Add(call);
                return call;
            case AttributeExpression member:
                var method = Methods.Known.GetValueOrDefault(member.Name) ?? throw tokens.Refuse(line, $"the method '.{member.Name}()' is not supported");
                return Apply(member.Name, method, member.Target, line, parse);
            default:
                throw tokens.Refuse(line, "a call of something other than a name or a method is not supported");
        }
    }

    /// <summary>An operation whose arguments follow in parentheses, if there are any.</summary>
    public OperationExpression Apply(string name, Operation operation, Expression target, int line, Func<Expression> parse)
    {
        var (positional, named) = tokens.At(TokenKind.Operator, "(") ? ParseArguments(parse) : ([], []);
        return Apply(name, operation, target, line, positional, named);
    }

    public OperationExpression Apply(string name, Operation operation, Expression target, int line, List<Expression> positional) =>
        Apply(name, operation, target, line, positional, []);

    private OperationExpression Apply(
        string name, Operation operation, Expression target, int line, List<Expression> positional, List<(string Name, Expression Value)> named)
    {
        var slots = new Expression?[operation.Parameters.Length];
        var taken = operation.TakesMore ? 0 : positional.Count;
        if (taken > slots.Length)
        {
            throw tokens.Refuse(line, $"'{name}' takes {slots.Length} arguments, not {taken}");
        }

        positional.Take(taken).ToArray().CopyTo(slots, 0);
        foreach (var (key, value) in named)
        {
            var index = Array.IndexOf(operation.Parameters, key);
            if (index < 0 || slots[index] is not null)
            {
                throw tokens.Refuse(line, $"the argument '{key}' of '{name}' is not supported");
            }

            slots[index] = value;
        }

        Expression?[] arguments = operation.TakesMore ? [.. slots, .. positional] : slots;
        if (arguments.Length < operation.Required || arguments.Take(operation.Required).Contains(null))
        {
            throw tokens.Refuse(line, $"'{name}' needs {operation.Required} arguments");
        }

        CheckNamed(name, arguments, line);
        return new OperationExpression(operation, target, arguments, line);
    }

    /// <summary>Filters and tests that are named by a string are looked up when the template is read wherever the string is a literal.</summary>
    private void CheckNamed(string name, Expression?[] arguments, int line)
    {
        var (known, kind, at) = name switch
        {
            "map" => (Filters.Known, "filter", 2),
            "select" or "reject" => (Predicates.Known, "test", 0),
            "selectattr" or "rejectattr" => (Predicates.Known, "test", 1),
            _ => (Filters.Known, string.Empty, int.MaxValue),
        };
        if (at < arguments.Length && arguments[at] is Literal { Value: MarkedText wanted } && !known.ContainsKey(wanted.Value))
        {
            throw tokens.Refuse(line, $"the {kind} '{wanted}' is not supported");
        }
    }

    private (List<Expression> Positional, List<(string Name, Expression Value)> Named) ParseArguments(Func<Expression> parse)
    {
        List<Expression> positional = [];
        List<(string Name, Expression Value)> named = [];
        tokens.Expect(TokenKind.Operator, "(");
        var first = true;
        while (!tokens.SkipOperator(")"))
        {
            if (!first)
            {
                tokens.Expect(TokenKind.Operator, ",");
                if (tokens.SkipOperator(")"))
                {
                    break;
                }
            }

            first = false;
            if (tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "**" })
            {
                throw tokens.Refuse(tokens.Line, $"the argument '{tokens.Current.Text}' is not supported");
            }

            if (tokens.Current.Kind == TokenKind.Name && tokens.Following.Is(TokenKind.Operator, "="))
            {
                var name = tokens.Take().Text;
                tokens.Take();
                named.Add((name, parse()));
            }
            else if (named.Count > 0)
            {
                throw tokens.Refuse(tokens.Line, "an argument by position stands behind one by name");
            }
            else
            {
                positional.Add(parse());
            }
        }

        return (positional, named);
    }
}
