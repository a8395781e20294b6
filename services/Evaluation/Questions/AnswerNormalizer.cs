using System.Globalization;
using System.Text.RegularExpressions;

namespace MultiModalMesh.Evaluation.Questions;

/// <summary>
/// Makes answers comparable as the evaluation code of VQA v2 does: punctuation, letter case, number words, articles and contractions. Its oddities are kept:
/// a mark of punctuation becomes nothing if anywhere in the answer it stands beside a space, else a space.
/// </summary>
public static partial class AnswerNormalizer
{
    /// <summary>The original passes a flag where the number of replacements goes; the flag's value is 32.</summary>
    private const int PeriodsRemoved = 32;

    private static readonly string[] Punctuation =
        [";", "/", "[", "]", "\"", "{", "}", "(", ")", "=", "+", "\\", "_", "-", ">", "<", "@", "`", ",", "?", "!"];

    private static readonly Dictionary<string, string> Numbers = "zero one two three four five six seven eight nine ten".Split(' ')
        .Select((word, number) => (word, number))
        .Append(("none", 0))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public static string Normalize(string answer)
    {
        var words = WithoutPunctuation(Trim(answer))
            .ToLowerInvariant()
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Numbers.GetValueOrDefault(word, word))
            .Where(word => word is not ("a" or "an" or "the"))
            .Select(word => Contractions.Spelled.GetValueOrDefault(word, word));
        return string.Join(' ', words);
    }

    /// <summary>On one line, without space around it; what the original compares where it normalises nothing.</summary>
    internal static string Trim(string answer) => answer.Replace('\n', ' ').Replace('\t', ' ').Trim();

    private static string WithoutPunctuation(string answer)
    {
        var thousands = DigitCommaDigit().IsMatch(answer);
        var result = answer;
        foreach (var mark in Punctuation)
        {
            var besideSpace = answer.Contains(mark + " ", StringComparison.Ordinal) || answer.Contains(" " + mark, StringComparison.Ordinal);
            result = result.Replace(mark, besideSpace || thousands ? "" : " ", StringComparison.Ordinal);
        }

        return PeriodBeforeNoDigit().Replace(result, "", PeriodsRemoved);
    }

    [GeneratedRegex(@"\d,\d")]
    private static partial Regex DigitCommaDigit();

    [GeneratedRegex(@"\.(?!\d)")]
    private static partial Regex PeriodBeforeNoDigit();
}
