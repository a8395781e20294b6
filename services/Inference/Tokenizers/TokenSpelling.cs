using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>What a token adds to a text.</summary>
/// <param name="Text">As it stands behind another token, with the space that it brings; U+FFFD for what is no whole character.</param>
/// <param name="Bytes">Of that text, also of characters that the token has a part of.</param>
public readonly record struct TokenSpelling(string Text, byte[] Bytes)
{
    /// <summary>The spelling of any id; an id that no token has spells nothing.</summary>
    public static TokenSpelling Of(Tokenizer tokenizer, int id)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        if ((uint)id >= (uint)tokenizer.VocabularySize || tokenizer.Token(id) is not { } token)
        {
            return new TokenSpelling("", []);
        }

        // A decoder may drop the space that a text begins with: what the token adds behind itself shows it.
        var text = tokenizer.Decode([id, id], skipSpecialTokens: false)[tokenizer.Decode([id], skipSpecialTokens: false).Length..];
        return new TokenSpelling(text, text.Contains('\uFFFD', StringComparison.Ordinal) ? Raw(token) : Encoding.UTF8.GetBytes(text));
    }

    private static byte[] Raw(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal)
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? [value]
            : ByteAlphabet.Decode(token);
}
