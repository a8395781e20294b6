using System.Buffers;
using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>One entry of <c>added_tokens</c>: a string that is one token wherever it occurs in a text.</summary>
internal sealed record AddedToken(int Id, string Content, bool Special, bool Normalized, bool SingleWord, bool StripLeft, bool StripRight);

/// <summary>
/// Finds added tokens in a text, leftmost first and the longest of those that start at one place. A match that does not count (a special
/// token in plain text, half a word for <c>single_word</c>) is passed over as a whole, as the reference does: no other token is found in it.
/// </summary>
internal sealed class AddedTokens
{
    private readonly AddedToken[] _tokens;
    private readonly PieceTrie _trie;
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">The tokens.</param>
    /// <param name="spelling">How a token stands in the texts that are searched, after normalization for instance.</param>
    public AddedTokens(IEnumerable<AddedToken> tokens, Func<string, string> spelling)
    {
        _tokens = [.. tokens.OrderByDescending(t => t.Special)];
        var spelled = _tokens.Select((t, i) => (Text: spelling(t.Content), Value: i)).Where(t => t.Text.Length > 0).ToList();
        _trie = new PieceTrie(spelled);
        _firsts = SearchValues.Create([.. spelled.Select(t => t.Text[0]).Distinct()]);
    }

    /// <summary>Cuts a text at its added tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecial">False: special tokens are text like any other.</param>
    /// <param name="output">Receives the parts in order.</param>
    public void Split(TextPart text, bool parseSpecial, List<TextPart> output)
    {
        var span = text.Text.AsSpan();
        var done = 0;
        for (var position = 0; span[position..].IndexOfAny(_firsts) is >= 0 and var offset;)
        {
            position += offset;
            var (index, length) = _trie.Longest(span[position..]);
            if (index < 0)
            {
                position++;
                continue;
            }

            var (start, end) = (position, position + length);
            position = end;
            var token = _tokens[index];
            if ((token.Special && !parseSpecial) || (token.SingleWord && TouchesWord(span, start, end)))
            {
                continue;
            }

            start = token.StripLeft ? Math.Max(done, span[..start].TrimEnd().Length) : start;
            end = token.StripRight ? span.Length - span[end..].TrimStart().Length : end;
            AddText(done, start);
            output.Add(new TextPart(token.Content, token.Id, false));
            done = end;
        }

        AddText(done, span.Length);

        void AddText(int from, int to)
        {
            if (from < to)
            {
                output.Add(new TextPart(text.Text[from..to], -1, text.AtStart && from == 0));
            }
        }
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (start > 0 && IsWord(Rune.DecodeLastFromUtf16(text[..start], out var left, out _), left))
        || (end < text.Length && IsWord(Rune.DecodeFromUtf16(text[end..], out var right, out _), right));

    private static bool IsWord(OperationStatus status, Rune rune) => status == OperationStatus.Done
        && (Rune.IsLetter(rune)
            || rune.Value is 0x200C or 0x200D
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation);
}

/// <summary>A part of a text: an added token, or what lies between two of them.</summary>
/// <param name="Text">The text of the part.</param>
/// <param name="Id">The token's id; -1 for text.</param>
/// <param name="AtStart">Whether the part begins where the whole text does.</param>
internal readonly record struct TextPart(string Text, int Id, bool AtStart);
