namespace MultiModalMesh.Inference.Templates;

internal enum TokenKind
{
    Text,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Real,
    Operator,
    End,
}

/// <param name="Text">The text between tags, a name, an operator, or the value of a string literal.</param>
/// <param name="Line">Counted from 1.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Line, object? Number = null)
{
    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;
}
