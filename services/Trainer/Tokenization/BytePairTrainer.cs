using System.Text;
using System.Text.RegularExpressions;

namespace MultiModalMesh.Trainer.Tokenization;

/// <summary>
/// Learns byte-level byte pair merges (Sennrich et al. 2016, arXiv:1508.07909; byte alphabet and word pattern of GPT-2).
/// The most frequent pair is merged first; ties go to the pair that sorts first, so the result depends on the counts alone.
/// </summary>
internal sealed partial class BytePairTrainer
{
    private readonly Dictionary<string, long> _words = new(StringComparer.Ordinal);

    /// <summary>Counts the words of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="weight">How often it counts.</param>
    public void Add(string text, long weight = 1)
    {
        foreach (var match in WordPattern().EnumerateMatches(text))
        {
            var word = ToAlphabet(text.AsSpan(match.Index, match.Length));
            _words[word] = _words.GetValueOrDefault(word) + weight;
        }
    }

    /// <summary>Merges in order of rank, until the alphabet of 256 bytes and the merges reach <paramref name="vocabulary"/> tokens.</summary>
    public IReadOnlyList<(string Left, string Right)> Learn(int vocabulary)
    {
        var words = _words.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => (Symbols: w.Key.Select(c => c.ToString()).ToList(), Count: w.Value)).ToList();
        var merges = new List<(string Left, string Right)>();
        while (256 + merges.Count < vocabulary)
        {
            var counts = new Dictionary<(string, string), long>();
            foreach (var (symbols, count) in words)
            {
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    var pair = (symbols[i], symbols[i + 1]);
                    counts[pair] = counts.GetValueOrDefault(pair) + count;
                }
            }

            if (counts.Count == 0)
            {
                break;
            }

            var best = counts.MaxBy(c => c.Value).Value;
            var chosen = counts.Where(c => c.Value == best).Select(c => c.Key).MinBy(p => p.Item1 + " " + p.Item2, StringComparer.Ordinal);
            merges.Add(chosen);
            foreach (var (symbols, _) in words)
            {
                Merge(symbols, chosen);
            }
        }

        return merges;
    }

    /// <summary>The printable alphabet of GPT-2: every byte is one visible character, in byte order.</summary>
    public static IReadOnlyList<char> Alphabet { get; } = CreateAlphabet();

    private static string ToAlphabet(ReadOnlySpan<char> text) => string.Create(null, $"{new string([.. Encoding.UTF8.GetBytes(text.ToString()).Select(b => Alphabet[b])])}");

    private static void Merge(List<string> symbols, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                symbols[i] += symbols[i + 1];
                symbols.RemoveAt(i + 1);
            }
        }
    }

    private static char[] CreateAlphabet()
    {
        var alphabet = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            alphabet[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF ? (char)b : (char)next++;
        }

        return alphabet;
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex WordPattern();
}
