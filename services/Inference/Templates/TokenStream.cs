using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Templates;

/// <summary>The tokens of a template with a place among them.</summary>
internal sealed class TokenStream(TemplateSource source, List<TemplateToken> tokens)
{
    // Nesting that a template by a person does not reach, and that the stack holds many times.
    private const int MaxDepth = 60;
    private int _position;
    private int _depth;

    public TemplateToken Current => tokens[_position];

    public TemplateToken Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    public int Line => Current.Line;

    public TemplateToken Take() => tokens[_position < tokens.Count - 1 ? _position++ : _position];

    public bool At(TokenKind kind, string text) => Current.Is(kind, text);

    public bool AtName(string text) => Current.Is(TokenKind.Name, text);

    public bool Skip(TokenKind kind, string text)
    {
        var found = At(kind, text);
        if (found)
        {
            Take();
        }

        return found;
    }

    public bool SkipOperator(string text) => Skip(TokenKind.Operator, text);

    public void Expect(TokenKind kind, string text = "")
    {
        if (!Skip(kind, text))
        {
            throw Unexpected(text.Length > 0 ? $"'{text}'" : kind == TokenKind.BlockEnd ? "'%}'" : "'}}'");
        }
    }

    public string ExpectName() => Current.Kind == TokenKind.Name ? Take().Text : throw Unexpected("a name");

    public MeshException Unexpected(string wanted) => Refuse(
        Line, Current.Kind == TokenKind.End ? $"the template ends where {wanted} should stand" : $"{Describe(Current)} stands where {wanted} should stand");

    public MeshException Refuse(int line, string what) => source.Refuse(line, what);

    /// <summary>Runs a part of the parser one level deeper.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > MaxDepth)
        {
            throw Refuse(Line, $"the template nests deeper than {MaxDepth} levels");
        }

        var result = parse();
        _depth--;
        return result;
    }

    private static string Describe(TemplateToken token) => token.Kind switch
    {
        TokenKind.Text => "text",
        TokenKind.VariableBegin => "'{{'",
        TokenKind.VariableEnd => "'}}'",
        TokenKind.BlockBegin => "'{%'",
        TokenKind.BlockEnd => "'%}'",
        TokenKind.String => "a string",
        _ => $"'{token.Text[..Math.Min(40, token.Text.Length)]}'",
    };
}
