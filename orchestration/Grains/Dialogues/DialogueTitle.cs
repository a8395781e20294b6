namespace MultiModalMesh.Grains.Dialogues;

/// <summary>The first words of a dialogue, for lists.</summary>
internal static class DialogueTitle
{
    private const int MaxLength = 60;

    public static string Of(string text)
    {
        var words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (words.Length == 0)
        {
            return "Picture";
        }

        if (words.Length <= MaxLength)
        {
            return words;
        }

        var end = words.LastIndexOf(' ', MaxLength);
        end = end < MaxLength / 2 ? MaxLength : end;
        return words[..(char.IsHighSurrogate(words[end - 1]) ? end - 1 : end)] + "…";
    }
}
