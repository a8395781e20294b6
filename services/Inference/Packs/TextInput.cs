using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>How a text encoder wants its texts.</summary>
internal sealed class TextInput
{
    private readonly Tokenizer _tokenizer;

    /// <param name="tokenizer">Knows the tokens that end a text; they survive a cut.</param>
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
        _tokenizer = tokenizer;
    }

    public int MaxLength { get; }

    public int PadToken { get; }

    public bool AlwaysFull { get; }

    public bool IgnoresPadding { get; }

    /// <summary>Cuts a text that is too long, before the tokens that end it.</summary>
    /// <param name="ids">With special tokens.</param>
    public ReadOnlyMemory<int> Cut(int[] ids) => ids.Length <= MaxLength ? ids : _tokenizer.Truncate(ids, MaxLength);
}
