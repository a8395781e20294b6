namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Decodes tokens as they arrive. A delta never ends within a character, and holds only what no later token can change.
/// The deltas of a stream, joined with <see cref="Flush"/>, are the text of <see cref="Tokenizer.Decode"/>. Not safe for concurrent use.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly DecoderStage _chain;
    private readonly DecodedText _text;

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipSpecialTokens, IReadOnlyList<Func<DecoderStage, DecoderStage>> stages)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _chain = _text = new DecodedText { Next = null };
        for (var i = stages.Count - 1; i >= 0; i--)
        {
            _chain = stages[i](_chain);
        }
    }

    /// <summary>The text that is certain after this token; empty while a character is unfinished.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public string Append(int id)
    {
        Write(id);
        return _text.Take();
    }

    /// <summary>What is left at the end, U+FFFD for a character that was never finished.</summary>
    public string Flush()
    {
        _chain.Finish();
        return _text.Take();
    }

    internal void Write(int id)
    {
        if (_tokenizer.Token(id) is { } token && !(_skipSpecialTokens && _tokenizer.IsSpecial(id)))
        {
            _chain.Write(token, endsToken: true);
        }
    }
}
