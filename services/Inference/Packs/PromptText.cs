using System.Collections;
using System.Collections.Concurrent;
using System.Text;
using MultiModalMesh.Inference.Templates;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>
/// Tokenizes a rendered template: its control tokens are control, those that a user typed are plain text, and everything between two control
/// tokens is tokenized as one text, whoever wrote it, as the reference does. Safe for concurrent use.
/// </summary>
internal sealed class PromptText(Tokenizer tokenizer)
{
    private readonly ILookup<char, string> _controls = tokenizer.SpecialTokens.Keys.Where(t => t.Length > 0).OrderByDescending(t => t.Length).ToLookup(t => t[0]);
    private readonly ConcurrentDictionary<string, (bool Left, bool Right)> _strips = new(StringComparer.Ordinal);

    /// <summary>Token ids of the segments, without what the post-processor adds.</summary>
    public int[] Encode(IReadOnlyList<TemplateSegment> segments)
    {
        var text = string.Concat(segments.Select(segment => segment.Text));
        var parts = Split(text, Typed(segments, text.Length));

        // Where nobody typed a control token this is the same, and cheaper, and certain to be what the reference gives.
        var ids = tokenizer.Encode(text);
        var control = parts.Where(part => part.IsControl).Select(part => tokenizer.SpecialTokens[part.Text]);
        return ids.Where(tokenizer.IsSpecial).SequenceEqual(control) ? ids : EncodeParts(parts);
    }

    private static BitArray Typed(IReadOnlyList<TemplateSegment> segments, int length)
    {
        var typed = new BitArray(length);
        var position = 0;
        foreach (var segment in segments)
        {
            for (var end = position + segment.Text.Length; position < end; position++)
            {
                typed[position] = segment.Typed;
            }
        }

        return typed;
    }

    private List<(string Text, bool IsControl)> Split(string text, BitArray typed)
    {
        List<(string Text, bool IsControl)> parts = [];
        var done = 0;
        for (var position = 0; position < text.Length;)
        {
            if (typed[position] || Match(text, position, typed) is not { } token)
            {
                position++;
                continue;
            }

            if (done < position)
            {
                parts.Add((text[done..position], false));
            }

            parts.Add((token, true));
            position += token.Length;
            done = position;
        }

        if (done < text.Length)
        {
            parts.Add((text[done..], false));
        }

        return parts;
    }

    private string? Match(string text, int position, BitArray typed)
    {
        foreach (var token in _controls[text[position]])
        {
            if (string.CompareOrdinal(text, position, token, 0, token.Length) == 0 && Enumerable.Range(position, token.Length).All(i => !typed[i]))
            {
                return token;
            }
        }

        return null;
    }

    private int[] EncodeParts(List<(string Text, bool IsControl)> parts)
    {
        var ids = new List<int>();
        var run = new StringBuilder();
        var stripsLeft = false;
        foreach (var (text, isControl) in parts)
        {
            if (!isControl)
            {
                run.Append(text);
                continue;
            }

            var strips = _strips.GetOrAdd(text, Strips);
            AddRun(strips.Left);
            ids.Add(tokenizer.SpecialTokens[text]);
            stripsLeft = strips.Right;
        }

        AddRun(stripsRight: false);
        return [.. ids];

        void AddRun(bool stripsRight)
        {
            var text = run.ToString();
            text = stripsLeft ? text.TrimStart() : text;
            text = stripsRight ? text.TrimEnd() : text;
            ids.AddRange(tokenizer.Encode(text, parseSpecialTokens: false));
            run.Clear();
        }
    }

    /// <summary>Whether a control token takes the white space beside it with it; the tokenizer shows that by what it gives.</summary>
    private (bool Left, bool Right) Strips(string token) =>
        (tokenizer.Encode(" " + token).Length == 1, tokenizer.Encode(token + " ").Length == 1);
}
