using System.Runtime.InteropServices;

namespace MultiModalMesh.Evaluation.Captions;

/// <summary>How often each run of 1 to 4 words occurs in a sentence.</summary>
internal static class NGrams
{
    public const int Longest = 4;

    /// <returns>Counts by n - 1; a run's words are joined by a space, which no word has.</returns>
    public static Dictionary<string, int>[] Count(string[] words)
    {
        var counts = new Dictionary<string, int>[Longest];
        for (var n = 1; n <= Longest; n++)
        {
            var ofLength = counts[n - 1] = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var start = 0; start + n <= words.Length; start++)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(ofLength, string.Join(' ', words, start, n), out _)++;
            }
        }

        return counts;
    }
}
