using System.Text.RegularExpressions;

namespace MultiModalMesh.Evaluation.Captions;

/// <summary>
/// Words of a caption as COCO's caption evaluation has them: the Penn Treebank rules of Stanford's tokenizer as far as captions need them, lower case, then
/// without the punctuation that pycocoevalcap removes.
/// </summary>
/// <remarks>
/// As there, brackets stay as the words <c>-lrb-</c> and <c>-rrb-</c>: they are escaped and lower-cased before a list that has them in upper case is applied.
/// Rare rules of the original (fractions, e-mail and web addresses, SGML) are not here.
/// </remarks>
public static partial class CaptionTokenizer
{
    private static readonly HashSet<string> Removed = new(StringComparer.Ordinal)
    {
        "''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";",
    };

    private static readonly HashSet<string> Abbreviations = new(StringComparer.Ordinal)
    {
        "mr.", "mrs.", "ms.", "dr.", "st.", "jr.", "sr.", "prof.", "inc.", "corp.", "ltd.", "co.", "vs.", "etc.", "no.", "ave.", "mt.", "ft.", "u.s.", "u.k.", "a.m.", "p.m.", "e.g.", "i.e.",
    };

    private static readonly Dictionary<string, string[]> Joined = new(StringComparer.Ordinal)
    {
        ["cannot"] = ["can", "not"],
        ["gonna"] = ["gon", "na"],
        ["gotta"] = ["got", "ta"],
        ["gimme"] = ["gim", "me"],
        ["lemme"] = ["lem", "me"],
        ["wanna"] = ["wan", "na"],
    };

    public static string[] Tokenize(string caption) =>
        [.. Words(caption.ReplaceLineEndings(" ").ToLowerInvariant().Replace('’', '\'')).Where(token => !Removed.Contains(token))];

    /// <summary>Of a text that has one space between words already.</summary>
    public static string[] Split(string caption) => caption.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether the text looks like words of a tokenizer: no upper case, no punctuation outside of words, one space between words.</summary>
    public static bool IsTokenized(string caption) => Tokens().IsMatch(caption);

    private static IEnumerable<string> Words(string text)
    {
        foreach (Match match in Token().Matches(text))
        {
            var token = match.Value;
            if (token.EndsWith('.') && token.Length > 1 && token[0] != '.' && !Abbreviations.Contains(token) && !Initials().IsMatch(token))
            {
                token = token[..^1];
            }

            if (Joined.TryGetValue(token, out var parts))
            {
                foreach (var part in parts)
                {
                    yield return part;
                }
            }
            else if (Clitic().Match(token) is { Success: true } clitic)
            {
                yield return token[..clitic.Index];
                yield return clitic.Value;
            }
            else
            {
                yield return token switch { "(" => "-lrb-", ")" => "-rrb-", "[" => "-lsb-", "]" => "-rsb-", "{" => "-lcb-", "}" => "-rcb-", "\"" => "''", _ => token };
            }
        }
    }

    [GeneratedRegex(@"\d+(?:[.,:/]\d+)+|[\p{L}\p{N}]+(?:['&.][\p{L}]+)*(?:-[\p{L}\p{N}]+(?:'[\p{L}]+)?)*(?:\.(?!\.))?|\.{2,}|-{2,}|'(?:s|m|d|ll|re|ve)\b|\S")]
    private static partial Regex Token();

    [GeneratedRegex(@"^(?:[\p{Ll}\p{Lo}\p{N}&'-]*[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}&'-]*(?: (?!$)|$))*$")]
    private static partial Regex Tokens();

    [GeneratedRegex(@"(?<=.)(?:n't|'(?:s|m|d|ll|re|ve))$")]
    private static partial Regex Clitic();

    [GeneratedRegex(@"^(?:\p{L}\.)+$")]
    private static partial Regex Initials();
}
