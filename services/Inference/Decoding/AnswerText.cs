using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>The text of an answer as its tokens arrive: whole characters only, and nothing that may yet turn out to be a stop sequence.</summary>
internal sealed class AnswerText(Tokenizer tokenizer, IReadOnlyList<string> stopSequences)
{
    private readonly IncrementalDecoder _decoder = tokenizer.CreateDecoder();
    private string _held = "";

    /// <summary>True once a stop sequence was reached; nothing follows then.</summary>
    public bool Stopped { get; private set; }

    /// <summary>What is certain after this token. One beyond the tokenizer's, where the model's vocabulary is padded, has no text.</summary>
    public string Append(int id) => Release(id < tokenizer.VocabularySize ? _decoder.Append(id) : "", final: false);

    /// <summary>What was held back, at the end of the answer.</summary>
    public string Finish() => Stopped ? "" : Release(_decoder.Flush(), final: true);

    private string Release(string delta, bool final)
    {
        if (stopSequences.Count == 0)
        {
            return delta;
        }

        var text = _held + delta;
        _held = "";
        var stop = FirstStop(text);
        if (stop >= 0)
        {
            Stopped = true;
            return text[..stop];
        }

        var certain = final ? text.Length : text.Length - UnfinishedStop(text);
        _held = text[certain..];
        return text[..certain];
    }

    private int FirstStop(string text)
    {
        var first = -1;
        foreach (var stop in stopSequences)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }

        return first;
    }

    private int UnfinishedStop(string text)
    {
        var longest = 0;
        foreach (var stop in stopSequences)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.EndsWith(stop[..length], StringComparison.Ordinal))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
