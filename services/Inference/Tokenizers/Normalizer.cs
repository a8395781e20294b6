using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Rewrites a text before it is cut into pre-tokens: the steps of <c>tokenizer.json</c>'s <c>normalizer</c> in their order.</summary>
internal sealed class Normalizer(IReadOnlyList<NormalizerStep> steps)
{
    public string Apply(string text) => Apply(new TextPart(text, -1, false)).Text;

    /// <summary>The text rewritten. It no longer counts as the start of the whole text when what it began with was removed.</summary>
    public TextPart Apply(TextPart part)
    {
        foreach (var step in steps)
        {
            var text = step.Apply(part.Text, out var headRemoved);
            part = part with { Text = text, AtStart = part.AtStart && !headRemoved };
        }

        return part;
    }
}

/// <summary>One step of a <see cref="Normalizer"/>.</summary>
internal abstract class NormalizerStep
{
    /// <param name="text">The text.</param>
    /// <param name="headRemoved">Whether the step took away what the text began with.</param>
    public abstract string Apply(string text, out bool headRemoved);
}

/// <summary>A step that takes nothing away: another spelling of the same text.</summary>
internal sealed class RewriteStep(Func<string, string> rewrite) : NormalizerStep
{
    public override string Apply(string text, out bool headRemoved)
    {
        headRemoved = false;
        return rewrite(text);
    }
}

/// <summary>Replaces what a pattern finds (<c>Replace</c>).</summary>
internal sealed class ReplaceStep(TextPattern pattern, string content) : NormalizerStep
{
    public override string Apply(string text, out bool headRemoved)
    {
        headRemoved = content.Length == 0 && pattern.Matches(text) is [(0, > 0), ..];
        return pattern.Replace(text, content);
    }
}

/// <summary>Removes white space at the ends (<c>Strip</c>).</summary>
internal sealed class StripStep(bool left, bool right) : NormalizerStep
{
    public override string Apply(string text, out bool headRemoved)
    {
        var stripped = left ? text.TrimStart() : text;
        headRemoved = stripped.Length < text.Length;
        return right ? stripped.TrimEnd() : stripped;
    }
}

/// <summary>Removes combining marks (<c>StripAccents</c>): the categories Mn, Mc and Me, as the reference does whatever its name says.</summary>
internal sealed class StripAccentsStep : NormalizerStep
{
    public override string Apply(string text, out bool headRemoved)
    {
        var result = new StringBuilder(text.Length);
        headRemoved = text.Length > 0 && IsMark(text, 0);
        for (var i = 0; i < text.Length;)
        {
            var length = char.IsSurrogatePair(text, i) ? 2 : 1;
            if (!IsMark(text, i))
            {
                result.Append(text, i, length);
            }

            i += length;
        }

        return result.ToString();
    }

    private static bool IsMark(string text, int index) => CharUnicodeInfo.GetUnicodeCategory(text, index)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
