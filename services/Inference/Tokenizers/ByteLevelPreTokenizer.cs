using System.Text.RegularExpressions;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>GPT-2's pre-tokenizer (<c>ByteLevel</c>): contractions, words, numbers and other signs, each with the space before it.</summary>
internal sealed partial class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(Gpt2Pattern(), SplitBehavior.Isolated, invert: false);

    public override void Split(Piece piece, List<Piece> output)
    {
        if (addPrefixSpace && !piece.Span.StartsWith(' '))
        {
            piece = new Piece(string.Concat(" ", piece.Span), 0, piece.Length + 1);
        }

        if (useRegex)
        {
            Words.Split(piece, output);
        }
        else if (piece.Length > 0)
        {
            output.Add(piece);
        }
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2Pattern();
}
