using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// A text as .NET regular expressions must see it: they work on UTF-16 units and know no class for a surrogate pair, so each pair is
/// replaced by one character of the basic plane with the same general category, and positions are mapped back.
/// </summary>
internal readonly ref struct RegexText
{
    private readonly int[]? _offsets;

    public RegexText(ReadOnlySpan<char> text)
    {
        Span = text;
        if (!text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return;
        }

        var shadow = new char[text.Length];
        _offsets = new int[text.Length + 1];
        var length = 0;
        for (var i = 0; i < text.Length; length++)
        {
            _offsets[length] = i;
            Rune.DecodeFromUtf16(text[i..], out var rune, out var consumed);
            shadow[length] = rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune));
            i += consumed;
        }

        _offsets[length] = text.Length;
        Span = shadow.AsSpan(0, length);
    }

    public ReadOnlySpan<char> Span { get; }

    public int ToOriginal(int position) => _offsets is null ? position : _offsets[position];

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => 'Ā',
        UnicodeCategory.LowercaseLetter => 'ā',
        UnicodeCategory.TitlecaseLetter => 'ǅ',
        UnicodeCategory.ModifierLetter => 'ʰ',
        UnicodeCategory.OtherLetter => 'ƻ',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '٠',
        UnicodeCategory.LetterNumber => 'Ⅰ',
        UnicodeCategory.OtherNumber => '²',
        UnicodeCategory.DashPunctuation => '‐',
        UnicodeCategory.OpenPunctuation => '⁅',
        UnicodeCategory.ClosePunctuation => '⁆',
        UnicodeCategory.OtherPunctuation => '‡',
        UnicodeCategory.MathSymbol => '±',
        UnicodeCategory.CurrencySymbol => '₠',
        UnicodeCategory.Format => '\u200B',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherNotAssigned => '\u0378',
        _ => '©',
    };
}
