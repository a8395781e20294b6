using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>A question that could be asked next.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Key">Two drafts with the same key ask for the same fact; a dialogue asks it once.</param>
/// <param name="Template">The question with the slots {a}, {b} and {it}.</param>
/// <param name="Answer">The only correct answer.</param>
internal sealed record Draft(QuestionKind Kind, string Key, string Template, string Answer)
{
    /// <summary>Text and objects of slot {a}.</summary>
    public (string Text, IReadOnlyList<int> Objects) A { get; init; } = ("", []);

    /// <summary>Text and objects of slot {b}; the objects are null where the text is no noun.</summary>
    public (string Text, IReadOnlyList<int>? Objects) B { get; init; } = ("", null);

    /// <summary>Parts of the answer, in its order, that are read off objects.</summary>
    public IEnumerable<(string Text, IReadOnlyList<int> Objects)> Shown { get; init; } = [];

    /// <summary>What "it" means afterwards, and in slot {it} of a follow-up: an object, or -1.</summary>
    public int Subject { get; init; } = -1;

    /// <summary>What "them" or an omitted noun means afterwards: a kind, or -1.</summary>
    public int SubjectKind { get; init; } = -1;

    /// <summary>The relation that "and the cup?" repeats.</summary>
    public Direction? Relation { get; init; }

    public bool FollowUp { get; init; }

    /// <summary>Fills the slots, records which characters name which object, and varies case and question mark.</summary>
    public DialogueTurn ToTurn(RandomStream random, double dropQuestionMark)
    {
        var text = new System.Text.StringBuilder();
        var mentions = new List<Mention>();
        var rest = Template.AsSpan();
        while (rest.IndexOf('{') is var open and >= 0)
        {
            text.Append(rest[..open]);
            var close = rest.IndexOf('}');
            var (word, objects) = rest[(open + 1)..close] switch { "a" => A, "b" => B, "it" => ("it", [Subject]), var slot => throw new InvalidOperationException($"No slot '{slot}'.") };
            if (objects is not null)
            {
                mentions.Add(new Mention(text.Length, word.Length, objects));
            }

            text.Append(word);
            rest = rest[(close + 1)..];
        }

        text.Append(rest);
        if (random.Chance(0.5))
        {
            text[0] = char.ToUpperInvariant(text[0]);
        }

        if (text[^1] == '?' && random.Chance(dropQuestionMark))
        {
            text.Length--;
        }

        return new DialogueTurn(Kind, FollowUp, text.ToString(), Answer, mentions, [.. Located()]);
    }

    private IEnumerable<Mention> Located()
    {
        var from = 0;
        foreach (var (text, objects) in Shown)
        {
            var start = Answer.IndexOf(text, from, StringComparison.OrdinalIgnoreCase);
            yield return new Mention(start, text.Length, objects);
            from = start + text.Length;
        }
    }
}
