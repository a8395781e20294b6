using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>How a text encoder wants its texts.</summary>
internal sealed class TextInput
{
    private readonly int _endings;

    /// <param name="tokenizer">Tells how many tokens end a text; they survive a cut.</param>
    /// <param name="maxLength">Tokens that the model reads.</param>
    /// <param name="padToken">What fills shorter texts.</param>
    /// <param name="alwaysFull">The model was trained on texts filled up to <paramref name="maxLength"/> and reads the filling too.</param>
    /// <param name="ignoresPadding">What stands behind a text's end cannot change its embedding, mask or not.</param>
    public TextInput(Tokenizer tokenizer, int maxLength, int padToken = 0, bool alwaysFull = false, bool ignoresPadding = false)
    {
        MaxLength = maxLength;
        PadToken = padToken;
        AlwaysFull = alwaysFull;
        IgnoresPadding = ignoresPadding;
        _endings = CountEndings(tokenizer);
    }

    public int MaxLength { get; }

    public int PadToken { get; }

    public bool AlwaysFull { get; }

    public bool IgnoresPadding { get; }

    /// <summary>Cuts a text that is too long, before the tokens that end it.</summary>
    /// <param name="ids">With special tokens.</param>
    public ReadOnlyMemory<int> Cut(int[] ids)
    {
        if (ids.Length <= MaxLength)
        {
            return ids;
        }

        var endings = Math.Min(_endings, MaxLength);
        return (int[])[.. ids.AsSpan(0, MaxLength - endings), .. ids.AsSpan(ids.Length - endings)];
    }

    private static int CountEndings(Tokenizer tokenizer)
    {
        var plain = tokenizer.Encode("a");
        var marked = tokenizer.Encode("a", addSpecialTokens: true);
        var start = marked.AsSpan().IndexOf(plain);
        return start < 0 ? 0 : marked.Length - plain.Length - start;
    }
}
