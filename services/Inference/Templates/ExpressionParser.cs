namespace MultiModalMesh.Inference.Templates;

/// <summary>Parses expressions with the precedence of Jinja; what it does not know it refuses by name.</summary>
internal sealed class ExpressionParser
{
    private readonly TokenStream _tokens;
    private readonly CallParser _calls;
    private readonly PrimaryParser _primary;

    public ExpressionParser(TokenStream tokens)
    {
        _tokens = tokens;
        _calls = new CallParser(tokens);
        _primary = new PrimaryParser(tokens, this);
    }

    /// <summary>Every call of a name, for the check that somebody defines it.</summary>
    public IReadOnlyList<CallExpression> Calls => _calls.Calls;

    public Expression Parse() => _tokens.Nested(() =>
    {
        var value = Or();
        while (_tokens.Skip(TokenKind.Name, "if"))
        {
            var condition = Or();
            value = new ConditionalExpression(condition, value, _tokens.Skip(TokenKind.Name, "else") ? Parse() : null);
        }

        return value;
    });

    /// <summary>An expression, or several with commas between them as a tuple.</summary>
    public Expression ParseTuple(bool conditional = true)
    {
        var first = conditional ? Parse() : Or();
        if (!_tokens.At(TokenKind.Operator, ","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (_tokens.SkipOperator(",") && !AtTupleEnd())
        {
            items.Add(conditional ? Parse() : Or());
        }

        return new ListExpression(items, isTuple: true);
    }

    /// <summary><c>| name(...) | name</c> behind a value.</summary>
    public Expression Filtered(Expression value)
    {
        while (_tokens.SkipOperator("|"))
        {
            value = Filter(value);
        }

        return value;
    }

    private bool AtTupleEnd() => _tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || _tokens.At(TokenKind.Operator, ")");

    private Expression Or()
    {
        var left = And();
        while (_tokens.Skip(TokenKind.Name, "or"))
        {
            left = new LogicExpression(left, And(), isAnd: false);
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (_tokens.Skip(TokenKind.Name, "and"))
        {
            left = new LogicExpression(left, Not(), isAnd: true);
        }

        return left;
    }

    private Expression Not() => _tokens.Skip(TokenKind.Name, "not") ? new NotExpression(_tokens.Nested(Not)) : Compare();

    private Expression Compare()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (CompareOperator() is { } operation)
        {
            rest.Add((operation, Sum()));
        }

        return rest.Count == 0 ? first : new CompareExpression(first, rest);
    }

    private string? CompareOperator()
    {
        if (_tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
        {
            return _tokens.Take().Text;
        }

        if (_tokens.AtName("not") && _tokens.Following.Is(TokenKind.Name, "in"))
        {
            _tokens.Take();
            _tokens.Take();
            return "not in";
        }

        return _tokens.Skip(TokenKind.Name, "in") ? "in" : null;
    }

    private Expression Sum() => Chain(Concat, "+", "-");

    private Expression Concat()
    {
        List<Expression> parts = [Product()];
        while (_tokens.SkipOperator("~"))
        {
            parts.Add(Product());
        }

        return parts.Count == 1 ? parts[0] : new ConcatExpression(parts);
    }

    private Expression Product() => Chain(Power, "*", "/", "//", "%");

    private Expression Power() => Chain(() => Unary(filters: true), "**");

    private Expression Chain(Func<Expression> operand, params ReadOnlySpan<string> operations)
    {
        var left = operand();
        while (_tokens.Current.Kind == TokenKind.Operator && operations.Contains(_tokens.Current.Text))
        {
            left = new ArithmeticExpression(_tokens.Take().Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool filters)
    {
        var value = _tokens.Current is { Kind: TokenKind.Operator, Text: "-" or "+" }
            ? new SignExpression(negative: _tokens.Take().Text == "-", operand: _tokens.Nested(() => Unary(filters: false)))
            : _primary.Parse();
        value = Postfix(value);
        while (filters)
        {
            if (_tokens.SkipOperator("|"))
            {
                value = Filter(value);
            }
            else if (_tokens.Skip(TokenKind.Name, "is"))
            {
                value = Test(value);
            }
            else
            {
                break;
            }
        }

        return value;
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            if (_tokens.SkipOperator("."))
            {
                value = Member(value);
            }
            else if (_tokens.SkipOperator("["))
            {
                var target = value;
                value = _tokens.Nested(() => Subscript(target));
            }
            else if (_tokens.At(TokenKind.Operator, "("))
            {
                var target = value;
                value = _tokens.Nested(() => _calls.Call(target, Parse));
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Member(Expression value) => _tokens.Current.Kind == TokenKind.Integer
        ? new EntryExpression(value, new Literal(_tokens.Take().Number))
        : new AttributeExpression(value, _tokens.ExpectName());

    private Expression Subscript(Expression value)
    {
        var start = _tokens.At(TokenKind.Operator, ":") ? null : Parse();
        if (start is not null && _tokens.SkipOperator("]"))
        {
            return new EntryExpression(value, start);
        }

        _tokens.Expect(TokenKind.Operator, ":");
        Expression? Bound() => _tokens.At(TokenKind.Operator, ":") || _tokens.At(TokenKind.Operator, "]") ? null : Parse();
        var stop = Bound();
        var step = _tokens.SkipOperator(":") ? Bound() : null;
        _tokens.Expect(TokenKind.Operator, "]");
        return new SliceExpression(value, start, stop, step);
    }

    private OperationExpression Filter(Expression value)
    {
        var line = _tokens.Line;
        var name = _tokens.ExpectName();
        var filter = Filters.Known.GetValueOrDefault(name) ?? throw _tokens.Refuse(line, $"the filter '{name}' is not supported");
        return _calls.Apply(name, filter, value, line, Parse);
    }

    private Expression Test(Expression value)
    {
        var negated = _tokens.Skip(TokenKind.Name, "not");
        var line = _tokens.Line;
        var name = _tokens.ExpectName();
        var test = Predicates.Known.GetValueOrDefault(name) ?? throw _tokens.Refuse(line, $"the test '{name}' is not supported");
        Expression result = AtTestArgument()
            ? _calls.Apply(name, test, value, line, [Postfix(_primary.Parse())])
            : _calls.Apply(name, test, value, line, Parse);
        return negated ? new NotExpression(result) : result;
    }

    /// <summary>A test takes one argument without parentheses: <c>x is in [1, 2]</c>.</summary>
    private bool AtTestArgument() => _tokens.Current.Kind switch
    {
        TokenKind.Name => _tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
        TokenKind.String or TokenKind.Integer or TokenKind.Real => true,
        TokenKind.Operator => _tokens.Current.Text is "[" or "{",
        _ => false,
    };
}
