using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>Parses what stands for itself: names, literals, and what is between brackets.</summary>
/// <param name="tokens">Shared with the parser of the whole.</param>
/// <param name="whole">Parses the expressions within.</param>
internal sealed class PrimaryParser(TokenStream tokens, ExpressionParser whole)
{
    public Expression Parse()
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
        var value = tokens.At(TokenKind.Operator, ")") ? new ListExpression([], isTuple: true) : whole.ParseTuple();
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
                items.Add(whole.Parse());
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
                var key = whole.Parse();
                tokens.Expect(TokenKind.Operator, ":");
                entries.Add((key, whole.Parse()));
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
}
