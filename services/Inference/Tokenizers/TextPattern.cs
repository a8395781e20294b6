using System.Text.RegularExpressions;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// What a step of <c>tokenizer.json</c> searches for: a plain string, or a regular expression that sees whole characters (see
/// <see cref="RegexText"/>). All matches of one text together may take five seconds, then <see cref="RegexMatchTimeoutException"/> is thrown.
/// </summary>
internal sealed class TextPattern
{
    private const int LongestExpression = 16_384;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(5);

    private readonly string? _literal;
    private readonly Regex? _expression;

    /// <summary>A pattern in code, whose expression is known to be good.</summary>
    public TextPattern(Regex expression)
    {
        _expression = expression;
    }

    private TextPattern(string literal)
    {
        _literal = literal;
    }

    /// <summary>Reads <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public static TextPattern Read(JsonField field)
    {
        if (field.Find("String") is { } literal)
        {
            return literal.Text() is { Length: > 0 } text ? new TextPattern(text) : throw literal.Invalid("is empty");
        }

        var source = field.Find("Regex") ?? throw field.Invalid("has neither Regex nor String");
        var expression = source.Text();
        if (expression.Length > LongestExpression)
        {
            throw source.Invalid($"is longer than {LongestExpression} characters");
        }

        // Both mean something in Oniguruma, which the reference uses, and silently something else here.
        if (expression.Contains("[:", StringComparison.Ordinal) || expression.Contains("&&", StringComparison.Ordinal))
        {
            throw source.Invalid("uses a POSIX bracket or a class intersection, which is not supported");
        }

        try
        {
            return new TextPattern(new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.Compiled, Budget));
        }
        catch (Exception e) when (e is ArgumentException or InsufficientExecutionStackException or NotSupportedException or OverflowException)
        {
            throw source.Invalid($"is not a regular expression that is understood: {e.Message}");
        }
    }

    /// <summary>The matches in their order, without overlap.</summary>
    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text)
    {
        List<(int Start, int Length)> matches = [];
        if (_literal is not null)
        {
            for (var start = 0; text[start..].IndexOf(_literal) is >= 0 and var offset; start += offset + _literal.Length)
            {
                matches.Add((start + offset, _literal.Length));
            }

            return matches;
        }

        var view = new RegexText(text);
        var deadline = Environment.TickCount64 + (long)Budget.TotalMilliseconds;
        foreach (var match in _expression!.EnumerateMatches(view.Span))
        {
            var start = view.ToOriginal(match.Index);
            matches.Add((start, view.ToOriginal(match.Index + match.Length) - start));
            if ((matches.Count & 0xFFF) == 0 && Environment.TickCount64 > deadline)
            {
                throw new RegexMatchTimeoutException();
            }
        }

        return matches;
    }

    /// <summary>The text with every match replaced.</summary>
    public string Replace(string text, string content)
    {
        var matches = Matches(text);
        if (matches.Count == 0)
        {
            return text;
        }

        var result = new System.Text.StringBuilder(text.Length);
        var end = 0;
        foreach (var (start, length) in matches)
        {
            result.Append(text, end, start - end).Append(content);
            end = start + length;
        }

        return result.Append(text, end, text.Length - end).ToString();
    }
}
