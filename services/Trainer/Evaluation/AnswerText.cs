using System.Text.RegularExpressions;

namespace MultiModalMesh.Trainer.Evaluation;

/// <summary>When two answers are the same: case, punctuation and articles do not matter.</summary>
internal static partial class AnswerText
{
    // Three of ten people make an answer right (Antol et al. 2015, arXiv:1505.00468); fewer answers than this are single references.
    private const int People = 4, Agreeing = 3;

    public static bool Same(string a, string b) => string.Equals(Normalize(a), Normalize(b), StringComparison.Ordinal);

    /// <returns>0..1: where many people answered, how many of them agree; else whether one reference matches.</returns>
    public static double Accuracy(string said, IReadOnlyList<string> accepted)
    {
        var matches = accepted.Count(a => Same(a, said));
        return accepted.Count >= People ? Math.Min(1, matches / (double)Agreeing) : Math.Min(1, matches);
    }

    private static string Normalize(string text) =>
        string.Join(' ', Punctuation().Replace(text.ToLowerInvariant(), " ").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w is not ("a" or "an" or "the")));

    [GeneratedRegex(@"[^\p{L}\p{N}]+")]
    private static partial Regex Punctuation();
}
