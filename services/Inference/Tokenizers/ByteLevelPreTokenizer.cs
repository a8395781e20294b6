using System.Text.RegularExpressions;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// GPT-2's pre-tokenizer (<c>ByteLevel</c>): contractions, words, numbers and other signs, each with the space before it, and then the bytes
/// of each spelled in <see cref="ByteAlphabet"/>.
/// </summary>
internal sealed partial class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(new TextPattern(Gpt2Pattern()), SplitBehavior.Isolated, invert: false);

    public override bool SpellsBytes => true;

    public override void Split(Piece piece, List<Piece> output)
    {
        if (addPrefixSpace && !piece.Span.StartsWith(' '))
        {
            piece = new Piece(string.Concat(" ", piece.Span), piece.AtStart);
        }

        if (!useRegex)
        {
            output.Add(Spell(piece));
            return;
        }

        List<Piece> words = [];
        Words.Split(piece, words);
        output.AddRange(words.Select(Spell));
    }

    private static Piece Spell(Piece piece) => new(ByteAlphabet.Encode(piece.Span), piece.AtStart);

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2Pattern();
}
