namespace MultiModalMesh.Retrieval.Embedded.Text;

/// <summary>Cuts text into words: runs of letters and digits, in lower case. No stems and no list of words to leave out: it serves every language the same.</summary>
internal static class Words
{
    private const int Longest = 64;

    public static IEnumerable<string> Of(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                yield return text[start..Math.Min(i, start + Longest)].ToLowerInvariant();
                start = -1;
            }
        }
    }
}
