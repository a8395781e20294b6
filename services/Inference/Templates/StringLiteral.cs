using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>A quoted string with the escapes of Python; an unknown escape stands for itself.</summary>
internal static class StringLiteral
{
    /// <param name="source">The template.</param>
    /// <param name="position">At the opening quote; afterwards behind the closing one.</param>
    public static string Read(TemplateSource source, ref int position)
    {
        var text = source.Text;
        var start = position;
        var quote = text[position++];
        var value = new StringBuilder();
        while (position < text.Length && text[position] != quote)
        {
            var c = text[position++];
            if (c != '\\' || position >= text.Length)
            {
                value.Append(c);
                continue;
            }

            Escape(source, ref position, value);
        }

        if (position >= text.Length)
        {
            throw source.Refuse(source.LineOf(start), "a string is not closed");
        }

        position++;
        return value.ToString();
    }

    private static void Escape(TemplateSource source, ref int position, StringBuilder value)
    {
        var c = source.Text[position++];
        switch (c)
        {
            case '\n':
                return;
            case '\\' or '\'' or '"':
                value.Append(c);
                return;
            case 'n':
                value.Append('\n');
                return;
            case 't':
                value.Append('\t');
                return;
            case 'r':
                value.Append('\r');
                return;
            case 'a':
                value.Append('\a');
                return;
            case 'b':
                value.Append('\b');
                return;
            case 'f':
                value.Append('\f');
                return;
            case 'v':
                value.Append('\v');
                return;
            case 'x' or 'u' or 'U':
                Hex(source, ref position, c switch { 'x' => 2, 'u' => 4, _ => 8 }, value);
                return;
            case >= '0' and <= '7':
                Octal(source.Text, ref position, c - '0', value);
                return;
            case 'N':
                throw source.Refuse(source.LineOf(position), "the string escape '\\N' is not supported");
            default:
                value.Append('\\').Append(c);
                return;
        }
    }

    private static void Hex(TemplateSource source, ref int position, int digits, StringBuilder value)
    {
        if (position + digits > source.Text.Length
            || !int.TryParse(source.Text.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw source.Refuse(source.LineOf(position), "a string escape has no hexadecimal code");
        }

        position += digits;
        value.Append(code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString());
    }

    private static void Octal(string text, ref int position, int code, StringBuilder value)
    {
        for (var digits = 1; digits < 3 && position < text.Length && text[position] is >= '0' and <= '7'; digits++)
        {
            code = (code * 8) + (text[position++] - '0');
        }

        value.Append((char)code);
    }
}
