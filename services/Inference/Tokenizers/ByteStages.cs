using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Reads all tokens as one string of bytes in <see cref="ByteAlphabet"/> (<c>ByteLevel</c>); what is not UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelStage : WholeTokenStage
{
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

    public override void Finish()
    {
        Next!.Write(Convert([], flush: true), endsToken: true);
        base.Finish();
    }

    // Bytes of an unfinished character wait for the next token.
    protected override void Token(string token) => Next!.Write(Convert(ByteAlphabet.Decode(token), flush: false), endsToken: false);

    private char[] Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_utf8.GetCharCount(bytes, flush)];
        _utf8.GetChars(bytes, characters, flush);
        return characters;
    }
}

/// <summary>
/// Reads runs of tokens like <c>&lt;0xE2&gt;</c> as UTF-8 (<c>ByteFallback</c>). A run with anything in it that is not UTF-8 is one U+FFFD a
/// byte, so a run is held back until it ends.
/// </summary>
internal sealed class ByteFallbackStage : WholeTokenStage
{
    private readonly List<byte> _run = [];

    public override void Finish()
    {
        EndRun();
        base.Finish();
    }

    protected override void Token(string token)
    {
        if (token.Length == 6
            && token.StartsWith("<0x", StringComparison.Ordinal)
            && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            _run.Add(value);
            return;
        }

        EndRun();
        Pass(token);
    }

    private void EndRun()
    {
        if (_run.Count == 0)
        {
            return;
        }

        var bytes = _run.ToArray();
        _run.Clear();
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            Pass(Encoding.UTF8.GetString(bytes));
            return;
        }

        foreach (var _ in bytes)
        {
            Pass("\uFFFD");
        }
    }
}

/// <summary>Replaces what a pattern finds in each token (<c>Replace</c>).</summary>
internal sealed class ReplaceStage(TextPattern pattern, string content) : WholeTokenStage
{
    protected override void Token(string token) => Pass(pattern.Replace(token, content));
}

/// <summary>A space for every end of a word but the last token's (<c>BPEDecoder</c>), so one token is held back.</summary>
internal sealed class WordSuffixStage(string suffix) : WholeTokenStage
{
    private string? _last;

    public override void Finish()
    {
        Release("");
        _last = null;
        base.Finish();
    }

    protected override void Token(string token)
    {
        Release(" ");
        _last = token;
    }

    private void Release(string replacement)
    {
        if (_last is not null)
        {
            Pass(suffix.Length == 0 ? _last : _last.Replace(suffix, replacement, StringComparison.Ordinal));
        }
    }
}
