namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What lists call a dialogue: its first words, or, where it began with a picture to describe, the first words of the description.</summary>
internal static class DialogueTitle
{
    private const int MaxLength = 60;

    /// <summary>The title once a turn has ended; only a dialogue's first description changes it.</summary>
    public static string After(DialogueState dialogue, TurnRecord ended) =>
        ended.Skill == Skill.Describe && ended.State == TurnState.Done && dialogue.Turns[0].TurnId == ended.TurnId && !string.IsNullOrWhiteSpace(ended.Answer)
            ? Of(ended.Answer)
            : dialogue.Title;

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
