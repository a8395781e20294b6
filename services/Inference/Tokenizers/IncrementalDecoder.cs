using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// Decodes tokens as they arrive. A delta never ends within a UTF-8 sequence: bytes of an unfinished character wait for the next token.
/// The deltas of a stream, joined with <see cref="Flush"/>, are the text of <see cref="Tokenizer.Decode"/>. Not safe for concurrent use.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>The text that is certain after this token; empty while a character is unfinished.</summary>
    public string Append(int id)
    {
        if (_skipSpecialTokens && _tokenizer.IsSpecial(id))
        {
            return "";
        }

        return Convert(_tokenizer.TokenBytes(id), flush: false);
    }

    /// <summary>What is left at the end: U+FFFD if the last character was never finished, else empty.</summary>
    public string Flush() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        var count = _decoder.GetChars(bytes, characters, flush);
        return new string(characters, 0, count);
    }
}
