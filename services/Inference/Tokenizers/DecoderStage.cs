using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// A step of <c>tokenizer.json</c>'s <c>decoder</c> within one stream of tokens. Text runs through a chain of stages and leaves each as soon
/// as nothing that follows can change it, so that whole texts and texts that arrive token by token take the same way. What one stage calls
/// a token may have been put together by the stage before it (<c>Fuse</c>), so a token may come in fragments. Not safe for concurrent use.
/// </summary>
internal abstract class DecoderStage
{
    /// <summary>Where the text goes on to.</summary>
    public required DecoderStage? Next { get; init; }

    /// <param name="fragment">Whole characters.</param>
    /// <param name="endsToken">Whether the token ends with this fragment.</param>
    public abstract void Write(ReadOnlySpan<char> fragment, bool endsToken);

    /// <summary>No token follows: lets go of what was held back.</summary>
    public virtual void Finish() => Next?.Finish();
}

/// <summary>The end of a chain: collects the text.</summary>
internal sealed class DecodedText : DecoderStage
{
    private readonly StringBuilder _text = new();

    public override void Write(ReadOnlySpan<char> fragment, bool endsToken) => _text.Append(fragment);

    /// <summary>What has arrived since the last call.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}

/// <summary>A stage that looks at whole tokens.</summary>
internal abstract class WholeTokenStage : DecoderStage
{
    private readonly StringBuilder _token = new();

    public sealed override void Write(ReadOnlySpan<char> fragment, bool endsToken)
    {
        if (!endsToken)
        {
            _token.Append(fragment);
            return;
        }

        var token = _token.Length == 0 ? fragment.ToString() : _token.Append(fragment).ToString();
        _token.Clear();
        Token(token);
    }

    protected abstract void Token(string token);

    protected void Pass(string token) => Next!.Write(token, endsToken: true);
}

/// <summary>Makes one token of all (<c>Fuse</c>).</summary>
internal sealed class FuseStage : DecoderStage
{
    public override void Write(ReadOnlySpan<char> fragment, bool endsToken) => Next!.Write(fragment, endsToken: false);

    public override void Finish()
    {
        Next!.Write([], endsToken: true);
        base.Finish();
    }
}

/// <summary>A space between tokens: what a file without a decoder means.</summary>
internal sealed class SpacedStage : DecoderStage
{
    private bool _tokenEnded;

    public override void Write(ReadOnlySpan<char> fragment, bool endsToken)
    {
        if (_tokenEnded)
        {
            Next!.Write(" ", endsToken: false);
        }

        _tokenEnded = endsToken;
        Next!.Write(fragment, endsToken);
    }
}

/// <summary>Spaces for the sign that stands for them; none at the beginning if encoding put one there (<c>Metaspace</c>).</summary>
internal sealed class MetaspaceStage(char replacement, bool prepended) : DecoderStage
{
    private bool _first = prepended;

    public override void Write(ReadOnlySpan<char> fragment, bool endsToken)
    {
        var sign = replacement.ToString();
        Next!.Write(fragment.ToString().Replace(sign, _first ? "" : " ", StringComparison.Ordinal), endsToken);
        _first &= !endsToken;
    }
}

/// <summary>Removes up to so many of one character at the ends of every token (<c>Strip</c>).</summary>
internal sealed class StripStage(Rune content, int start, int stop) : DecoderStage
{
    private readonly string _content = content.ToString();
    private int _removed;
    private int _held;

    public override void Write(ReadOnlySpan<char> fragment, bool endsToken)
    {
        var output = new StringBuilder(fragment.Length);
        foreach (var rune in fragment.EnumerateRunes())
        {
            if (rune != content)
            {
                _removed = start;
                Release(0, output);
                output.Append(rune);
            }
            else if (_removed < start)
            {
                _removed++;
            }
            else
            {
                _held++;
                Release(stop, output);
            }
        }

        if (endsToken)
        {
            (_removed, _held) = (0, 0);
        }

        Next!.Write(output.ToString(), endsToken);
    }

    private void Release(int keep, StringBuilder output)
    {
        for (; _held > keep; _held--)
        {
            output.Append(_content);
        }
    }
}
