using System.Text.RegularExpressions;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Rewrites a text before it is cut into pre-tokens: steps of <c>tokenizer.json</c>'s <c>normalizer</c> in their order.</summary>
/// <remarks>No NFC yet: the runtime's own is switched off together with ICU (invariant globalization) and returns the text as it was.</remarks>
internal sealed class Normalizer(IReadOnlyList<Func<string, string>> steps)
{
    public static readonly Func<string, string> Lowercase = text => text.ToLowerInvariant();

    public string Apply(string text)
    {
        foreach (var step in steps)
        {
            text = step(text);
        }

        return text;
    }

    public static Func<string, string> Replace(string pattern, string content) => text => text.Replace(pattern, content, StringComparison.Ordinal);

    public static Func<string, string> Replace(Regex pattern, string content) => text => pattern.Replace(text, _ => content);
}
