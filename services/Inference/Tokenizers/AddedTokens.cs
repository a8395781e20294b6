using System.Buffers;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>One entry of <c>added_tokens</c>: a string that is one token wherever it occurs in a text.</summary>
internal sealed record AddedToken(int Id, string Content, bool Special, bool Normalized, bool SingleWord, bool StripLeft, bool StripRight);

/// <summary>Finds added tokens in a text, leftmost first and the longest of those that start at one place.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;
    private readonly SearchValues<char> _firsts;

    public AddedTokens(IEnumerable<AddedToken> tokens)
    {
        _byFirst = tokens.Where(t => t.Content.Length > 0)
            .GroupBy(t => t.Content[0])
            .ToDictionary(g => g.Key, g => g.OrderByDescending(t => t.Content.Length).ToArray());
        _firsts = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>Cuts a text at its added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">False: special tokens are text like any other.</param>
    /// <param name="output">Receives the parts in order; <c>Id</c> is -1 for text between tokens.</param>
    public void Split(string text, bool parseSpecial, List<(string Text, int Id)> output)
    {
        var textStart = 0;
        var position = 0;
        while (position < text.Length)
        {
            var offset = text.AsSpan(position).IndexOfAny(_firsts);
            if (offset < 0)
            {
                break;
            }

            position += offset;
            if (Match(text, position, parseSpecial) is not { } token)
            {
                position++;
                continue;
            }

            var end = position + token.Content.Length;
            var before = text.AsSpan(textStart, position - textStart);
            if (token.StripLeft)
            {
                before = before.TrimEnd();
            }

            if (!before.IsEmpty)
            {
                output.Add((before.ToString(), -1));
            }

            output.Add((token.Content, token.Id));
            while (token.StripRight && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            textStart = position = end;
        }

        if (textStart < text.Length)
        {
            output.Add((text[textStart..], -1));
        }
    }

    private AddedToken? Match(string text, int position, bool parseSpecial)
    {
        foreach (var token in _byFirst[text[position]])
        {
            if ((parseSpecial || !token.Special)
                && text.AsSpan(position).StartsWith(token.Content, StringComparison.Ordinal)
                && !(token.SingleWord && TouchesWord(text, position, position + token.Content.Length)))
            {
                return token;
            }
        }

        return null;
    }

    private static bool TouchesWord(string text, int start, int end) =>
        (start > 0 && IsWord(Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var left, out _), left))
        || (end < text.Length && IsWord(Rune.DecodeFromUtf16(text.AsSpan(end), out var right, out _), right));

    private static bool IsWord(OperationStatus status, Rune rune) =>
        status == OperationStatus.Done && (Rune.IsLetterOrDigit(rune) || rune.Value == '_');
}
