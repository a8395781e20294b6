using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Cuts a text into pre-tokens; no merge crosses a cut. Each one works on the pieces that the one before it left.</summary>
internal abstract class PreTokenizer
{
    public abstract void Split(Piece piece, List<Piece> output);

    /// <summary>Whether the pieces are spelled in <see cref="ByteAlphabet"/>.</summary>
    public virtual bool SpellsBytes => false;
}

/// <summary>A part of a text.</summary>
/// <param name="AtStart">Whether it begins where the whole text does.</param>
internal readonly record struct Piece(string Text, int Start, int Length, bool AtStart)
{
    public Piece(string text, bool atStart = false)
        : this(text, 0, text.Length, atStart)
    {
    }

    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    public Piece Slice(int start, int length) => new(Text, Start + start, length, AtStart && start == 0);
}

/// <summary>Steps one after the other (<c>Sequence</c>).</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override bool SpellsBytes => steps.Any(s => s.SpellsBytes);

    public override void Split(Piece piece, List<Piece> output)
    {
        List<Piece> pieces = [piece];
        foreach (var step in steps)
        {
            List<Piece> cut = [];
            foreach (var part in pieces)
            {
                step.Split(part, cut);
            }

            cut.RemoveAll(p => p.Length == 0);
            pieces = cut;
        }

        output.AddRange(pieces);
    }
}

/// <summary>Separates runs of digits, or each digit (<c>Digits</c>); a digit is any character of the categories Nd, Nl and No.</summary>
internal sealed class DigitsPreTokenizer(bool individual) : PreTokenizer
{
    public override void Split(Piece piece, List<Piece> output)
    {
        var span = piece.Span;
        var start = 0;
        var inDigits = false;
        for (var i = 0; i < span.Length;)
        {
            Rune.DecodeFromUtf16(span[i..], out var rune, out var length);
            var digit = Rune.IsNumber(rune);
            if (i > start && (digit != inDigits || (digit && individual)))
            {
                output.Add(piece.Slice(start, i - start));
                start = i;
            }

            inDigits = digit;
            i += length;
        }

        if (start < span.Length)
        {
            output.Add(piece.Slice(start, span.Length - start));
        }
    }
}
