using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>Parses expressions with the precedence of Jinja; what it does not know it refuses by name.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private readonly CallParser _calls = new(tokens);

    /// <summary>Every call of a name, for the check that somebody defines it.</summary>
    public IReadOnlyList<CallExpression> Calls => _calls.Calls;

    public Expression Parse() => tokens.Nested(() =>
    {
        var value = Or();
        while (tokens.Skip(TokenKind.Name, "if"))
        {
            var condition = Or();
            value = new ConditionalExpression(condition, value, tokens.Skip(TokenKind.Name, "else") ? Parse() : null);
        }

        return value;
    });

    /// <summary>An expression, or several with commas between them as a tuple.</summary>
    public Expression ParseTuple(bool conditional = true)
    {
        var first = conditional ? Parse() : Or();
        if (!tokens.At(TokenKind.Operator, ","))
        {
            return first;
        }

        List<Expression> items = [first];
        while (tokens.SkipOperator(",") && !AtTupleEnd())
        {
            items.Add(conditional ? Parse() : Or());
        }

        return new ListExpression(items, isTuple: true);
    }

    /// <summary><c>| name(...) | name</c> behind a value.</summary>
    public Expression Filtered(Expression value)
    {
        while (tokens.SkipOperator("|"))
        {
            value = Filter(value);
        }

        return value;
    }

    private bool AtTupleEnd() => tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.At(TokenKind.Operator, ")");

    private Expression Or()
    {
        var left = And();
        while (tokens.Skip(TokenKind.Name, "or"))
        {
            left = new LogicExpression(left, And(), isAnd: false);
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (tokens.Skip(TokenKind.Name, "and"))
        {
            left = new LogicExpression(left, Not(), isAnd: true);
        }

        return left;
    }

    private Expression Not() => tokens.Skip(TokenKind.Name, "not") ? new NotExpression(tokens.Nested(Not)) : Compare();

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
        if (tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
        {
            return tokens.Take().Text;
        }

        if (tokens.AtName("not") && tokens.Following.Is(TokenKind.Name, "in"))
        {
            tokens.Take();
            tokens.Take();
            return "not in";
        }

        return tokens.Skip(TokenKind.Name, "in") ? "in" : null;
    }

    private Expression Sum() => Chain(Concat, "+", "-");

    private Expression Concat()
    {
        List<Expression> parts = [Product()];
        while (tokens.SkipOperator("~"))
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
        while (tokens.Current.Kind == TokenKind.Operator && operations.Contains(tokens.Current.Text))
        {
            left = new ArithmeticExpression(tokens.Take().Text, left, operand());
        }

        return left;
    }

    private Expression Unary(bool filters)
    {
        var value = tokens.Current is { Kind: TokenKind.Operator, Text: "-" or "+" }
            ? new SignExpression(negative: tokens.Take().Text == "-", operand: tokens.Nested(() => Unary(filters: false)))
            : Primary();
        value = Postfix(value);
        while (filters)
        {
            if (tokens.SkipOperator("|"))
            {
                value = Filter(value);
            }
            else if (tokens.Skip(TokenKind.Name, "is"))
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

    private Expression Primary()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                tokens.Take();
                return token.Text switch
                {
                    "true" or "True" => new Literal(true),
                    "false" or "False" => new Literal(false),
                    "none" or "None" => new Literal(null),
                    _ => new NameExpression(token.Text),
                };
            case TokenKind.String:
                var text = new StringBuilder();
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text.Append(tokens.Take().Text);
                }

                return new Literal(MarkedText.Own(text.ToString()));
            case TokenKind.Integer or TokenKind.Real:
                return new Literal(tokens.Take().Number);
            case TokenKind.Operator when token.Text is "(" or "[" or "{":
                tokens.Take();
                return tokens.Nested(() => token.Text switch { "(" => Parenthesis(), "[" => List(), _ => Map() });
            default:
                throw tokens.Unexpected("a value");
        }
    }

    private Expression Parenthesis()
    {
        var value = tokens.At(TokenKind.Operator, ")") ? new ListExpression([], isTuple: true) : ParseTuple();
        tokens.Expect(TokenKind.Operator, ")");
        return value;
    }

    private ListExpression List()
    {
        var items = new List<Expression>();
        while (!tokens.SkipOperator("]"))
        {
            Comma(items.Count > 0);
            if (!tokens.At(TokenKind.Operator, "]"))
            {
                items.Add(Parse());
            }
        }

        return new ListExpression(items, isTuple: false);
    }

    private MapExpression Map()
    {
        var entries = new List<(Expression, Expression)>();
        while (!tokens.SkipOperator("}"))
        {
            Comma(entries.Count > 0);
            if (!tokens.At(TokenKind.Operator, "}"))
            {
                var key = Parse();
                tokens.Expect(TokenKind.Operator, ":");
                entries.Add((key, Parse()));
            }
        }

        return new MapExpression(entries);
    }

    private void Comma(bool needed)
    {
        if (needed)
        {
            tokens.Expect(TokenKind.Operator, ",");
        }
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            if (tokens.SkipOperator("."))
            {
                value = Member(value);
            }
            else if (tokens.SkipOperator("["))
            {
                var target = value;
                value = tokens.Nested(() => Subscript(target));
            }
            else if (tokens.At(TokenKind.Operator, "("))
            {
                var target = value;
                value = tokens.Nested(() => _calls.Call(target, Parse));
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Member(Expression value) => tokens.Current.Kind == TokenKind.Integer
        ? new EntryExpression(value, new Literal(tokens.Take().Number))
        : new AttributeExpression(value, tokens.ExpectName());

    private Expression Subscript(Expression value)
    {
        var start = tokens.At(TokenKind.Operator, ":") ? null : Parse();
        if (start is not null && tokens.SkipOperator("]"))
        {
            return new EntryExpression(value, start);
        }

        tokens.Expect(TokenKind.Operator, ":");
        Expression? Bound() => tokens.At(TokenKind.Operator, ":") || tokens.At(TokenKind.Operator, "]") ? null : Parse();
        var stop = Bound();
        var step = tokens.SkipOperator(":") ? Bound() : null;
        tokens.Expect(TokenKind.Operator, "]");
        return new SliceExpression(value, start, stop, step);
    }

    private OperationExpression Filter(Expression value)
    {
        var line = tokens.Line;
        var name = tokens.ExpectName();
        var filter = Filters.Known.GetValueOrDefault(name) ?? throw tokens.Refuse(line, $"the filter '{name}' is not supported");
        return _calls.Apply(name, filter, value, line, Parse);
    }

    private Expression Test(Expression value)
    {
        var negated = tokens.Skip(TokenKind.Name, "not");
        var line = tokens.Line;
        var name = tokens.ExpectName();
        var test = Predicates.Known.GetValueOrDefault(name) ?? throw tokens.Refuse(line, $"the test '{name}' is not supported");
        Expression result = AtTestArgument()
            ? _calls.Apply(name, test, value, line, [Postfix(Primary())])
            : _calls.Apply(name, test, value, line, Parse);
        return negated ? new NotExpression(result) : result;
    }

    /// <summary>A test takes one argument without parentheses: <c>x is in [1, 2]</c>.</summary>
    private bool AtTestArgument() => tokens.Current.Kind switch
    {
        TokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
        TokenKind.String or TokenKind.Integer or TokenKind.Real => true,
        TokenKind.Operator => tokens.Current.Text is "[" or "{",
        _ => false,
    };
}
