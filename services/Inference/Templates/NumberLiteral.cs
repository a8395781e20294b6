using System.Globalization;

namespace MultiModalMesh.Inference.Templates;

/// <summary>Reads a decimal number of the template language, which may have underscores between its digits.</summary>
internal static class NumberLiteral
{
    /// <param name="source">The template.</param>
    /// <param name="position">Of the first digit; moved behind the number.</param>
    /// <param name="allowsFraction">False behind a dot, where only an index can stand.</param>
    /// <exception cref="Errors.MeshException">PackInvalid: it is not decimal, or does not fit into 64 bits.</exception>
    public static TemplateToken Read(TemplateSource source, ref int position, bool allowsFraction)
    {
        var text = source.Text.AsSpan();
        var (start, line) = (position, source.LineOf(position));
        var at = AfterDigits(text, start);
        var isReal = false;
        if (allowsFraction && Peek(text, at) == '.' && char.IsAsciiDigit(Peek(text, at + 1)))
        {
            isReal = true;
            at = AfterDigits(text, at + 1);
        }

        var exponent = Peek(text, at) is 'e' or 'E' ? Peek(text, at + 1) is '+' or '-' ? 2 : 1 : 0;
        if (allowsFraction && exponent > 0 && char.IsAsciiDigit(Peek(text, at + exponent)))
        {
            isReal = true;
            at = AfterDigits(text, at + exponent);
        }

        var digits = text[start..at].ToString().Replace("_", string.Empty, StringComparison.Ordinal);
        if (char.IsLetterOrDigit(Peek(text, at)) || Peek(text, at) == '_')
        {
            throw source.Refuse(line, $"the number '{digits}{Peek(text, at)}' is not decimal");
        }

        position = at;
        if (isReal)
        {
            return new TemplateToken(TokenKind.Real, digits, line, double.Parse(digits, CultureInfo.InvariantCulture));
        }

        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? new TemplateToken(TokenKind.Integer, digits, line, value)
            : throw source.Refuse(line, "a whole number does not fit into 64 bits");
    }

    private static int AfterDigits(ReadOnlySpan<char> text, int at)
    {
        while (char.IsAsciiDigit(Peek(text, at)) || (Peek(text, at) == '_' && char.IsAsciiDigit(Peek(text, at + 1))))
        {
            at++;
        }

        return at;
    }

    private static char Peek(ReadOnlySpan<char> text, int at) => at < text.Length ? text[at] : '\0';
}
