namespace MultiModalMesh.Inference.Templates;

/// <summary>Parses text and tags; a tag that it does not know it refuses by name.</summary>
internal sealed class StatementParser(TokenStream tokens)
{
    private readonly ExpressionParser _expressions = new(tokens);
    private readonly HashSet<string> _macros = new(StringComparer.Ordinal);
    private int _loops;

    public static Statement Parse(TemplateSource source)
    {
        var tokens = new TokenStream(source, new TemplateLexer(source).Run());
        var parser = new StatementParser(tokens);
        var body = parser.Body([]);
        foreach (var call in parser._expressions.Calls)
        {
            if (!Functions.Known.ContainsKey(call.Name) && !parser._macros.Contains(call.Name))
            {
                throw tokens.Refuse(call.Line, $"the function '{call.Name}' is not supported");
            }
        }

        return body;
    }

    /// <summary>Statements up to one of the tags given, which is left to the caller; without tags up to the end.</summary>
    private BlockStatement Body(params string[] until) => tokens.Nested(() =>
    {
        var line = tokens.Line;
        var statements = new List<Statement>();
        while (true)
        {
            switch (tokens.Current.Kind)
            {
                case TokenKind.Text:
                    statements.Add(new TextStatement(tokens.Current.Text, tokens.Line));
                    tokens.Take();
                    break;
                case TokenKind.VariableBegin:
                    tokens.Take();
                    statements.Add(new OutputStatement(_expressions.ParseTuple(), tokens.Line));
                    tokens.Expect(TokenKind.VariableEnd);
                    break;
                case TokenKind.End when until.Length == 0:
                    return new BlockStatement(statements, line);
                case TokenKind.End:
                    throw tokens.Refuse(line, $"the tag before this place has no '{until[^1]}'");
                default:
                    tokens.Take();
                    if (until.Contains(tokens.Current.Text) && tokens.Current.Kind == TokenKind.Name)
                    {
                        return new BlockStatement(statements, line);
                    }

                    statements.Add(Tag());
                    break;
            }
        }
    });

    private Statement Tag()
    {
        var line = tokens.Line;
        var name = tokens.ExpectName();
        return name switch
        {
            "if" => If(line),
            "for" => For(line),
            "set" => Set(line),
            "macro" => Macro(line),
            "generation" => Generation(line),
            "break" or "continue" => Jump(name, line),
            _ => throw tokens.Refuse(line, $"the tag '{name}' is not supported"),
        };
    }

    private IfStatement If(int line)
    {
        var branches = new List<(Expression, Statement)>();
        do
        {
            var condition = _expressions.ParseTuple(conditional: false);
            tokens.Expect(TokenKind.BlockEnd);
            branches.Add((condition, Body("elif", "else", "endif")));
        }
        while (tokens.Skip(TokenKind.Name, "elif"));

        Statement? otherwise = null;
        if (tokens.Skip(TokenKind.Name, "else"))
        {
            tokens.Expect(TokenKind.BlockEnd);
            otherwise = Body("endif");
        }

        End("endif");
        return new IfStatement(branches, otherwise, line);
    }

    private ForStatement For(int line)
    {
        var target = Target(entries: false);
        tokens.Expect(TokenKind.Name, "in");
        var source = _expressions.ParseTuple(conditional: false);
        var filter = tokens.Skip(TokenKind.Name, "if") ? _expressions.Parse() : null;
        if (tokens.AtName("recursive"))
        {
            throw tokens.Refuse(tokens.Line, "the loop option 'recursive' is not supported");
        }

        tokens.Expect(TokenKind.BlockEnd);
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        Statement? otherwise = null;
        if (tokens.Skip(TokenKind.Name, "else"))
        {
            tokens.Expect(TokenKind.BlockEnd);
            otherwise = Body("endfor");
        }

        End("endfor");
        return new ForStatement(target, source, filter, body, otherwise, line);
    }

    private Statement Set(int line)
    {
        var target = Target(entries: true);
        if (tokens.SkipOperator("="))
        {
            var value = _expressions.ParseTuple();
            tokens.Expect(TokenKind.BlockEnd);
            return new SetStatement(target, value, line);
        }

        var filtered = _expressions.Filtered(new NameExpression(CaptureStatement.TextName));
        tokens.Expect(TokenKind.BlockEnd);
        return new CaptureStatement(target, Detached("endset"), filtered, line);
    }

    private MacroStatement Macro(int line)
    {
        var name = tokens.ExpectName();
        _macros.Add(name);
        var parameters = new List<(string, Expression?)>();
        tokens.Expect(TokenKind.Operator, "(");
        while (!tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
            {
                tokens.Expect(TokenKind.Operator, ",");
            }

            parameters.Add((tokens.ExpectName(), tokens.SkipOperator("=") ? _expressions.Parse() : null));
        }

        tokens.Expect(TokenKind.BlockEnd);
        return new MacroStatement(new MacroDefinition(name, parameters, Detached("endmacro")), line);
    }

    /// <summary>Marks what the assistant said, for training; here it is text like any other.</summary>
    private ScopedStatement Generation(int line)
    {
        tokens.Expect(TokenKind.BlockEnd);
        return new ScopedStatement(Detached("endgeneration"), line);
    }

    private JumpStatement Jump(string name, int line)
    {
        tokens.Expect(TokenKind.BlockEnd);
        return _loops > 0
            ? new JumpStatement(name == "break" ? Flow.Break : Flow.Continue, line)
            : throw tokens.Refuse(line, $"the tag '{name}' stands outside of a loop");
    }

    /// <summary>A body that no loop around it can be left from.</summary>
    private BlockStatement Detached(string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = Body(end);
        _loops = loops;
        End(end);
        return body;
    }

    private void End(string name)
    {
        tokens.Expect(TokenKind.Name, name);
        tokens.Expect(TokenKind.BlockEnd);
    }

    private AssignmentTarget Target(bool entries)
    {
        List<AssignmentTarget> targets = [];
        do
        {
            if (tokens.SkipOperator("("))
            {
                targets.Add(tokens.Nested(() => Target(entries: false)));
                tokens.Expect(TokenKind.Operator, ")");
                continue;
            }

            var name = tokens.ExpectName();
            targets.Add(entries && tokens.SkipOperator(".")
                ? new AssignmentTarget.NamespaceEntry(name, tokens.ExpectName())
                : new AssignmentTarget.Name(name));
        }
        while (tokens.SkipOperator(","));
        return targets.Count == 1 ? targets[0] : new AssignmentTarget.Several(targets);
    }
}
