using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>Characters, lengths and numbers as Python counts and writes them.</summary>
internal static class PythonText
{
    /// <summary>What <c>str.isspace</c> says: Unicode white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>
    /// Where each code point starts, with the end of the text as last entry; null where every character is one. Python counts and slices by
    /// code points, so that an emoji is one.
    /// </summary>
    public static int[]? CodePoints(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return null;
        }

        var starts = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            starts.Add(i);
            i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 1 : 0;
        }

        starts.Add(text.Length);
        return [.. starts];
    }

    /// <summary>The shortest digits that read back as the same number; an exponent from 1e16 and below 1e-4.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = double.IsNegative(value) ? "-" : string.Empty;
        var digits = Digits(value);
        if (value != 0 && exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits.AsSpan(1)}" : digits;
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits.AsSpan(0, exponent + 1)}.{digits.AsSpan(exponent + 1)}";
    }

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        Undefined u => $"{u.What}, which is undefined",
        bool => "a boolean",
        long or double => "a number",
        MarkedText => "a string",
        ListValue { IsTuple: true } => "a tuple",
        ListValue => "a list",
        MapValue => "a dictionary",
        NamespaceValue => "a namespace",
        LoopValue => "'loop'",
        _ => "a function",
    };

    /// <summary>The first letter of every word in upper case, the others in lower case.</summary>
    /// <param name="text">The text.</param>
    /// <param name="startsWord">Whether a character that follows the given one begins a word.</param>
    public static string Title(string text, Func<char, bool> startsWord)
    {
        var result = new StringBuilder(text.Length);
        var start = true;
        foreach (var c in text)
        {
            result.Append(start ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            start = startsWord(c);
        }

        return result.ToString();
    }

    private static string Digits(double value)
    {
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var mantissa = text.AsSpan(0, text.IndexOf('E') is var e and >= 0 ? e : text.Length);
        var digits = mantissa.ToString().Replace(".", string.Empty, StringComparison.Ordinal).Trim('0');
        return digits.Length == 0 ? "0" : digits;
    }
}
