using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Dialogues;

public sealed class DialogueBalanceTests
{
    private static readonly IReadOnlyList<IReadOnlyList<DialogueTurn>> Dialogues = [.. Enumerable.Range(0, 4000).Select(i => World.Source(Split.Train).CreateText(i).Turns)];

    private static IEnumerable<DialogueTurn> Turns => Dialogues.SelectMany(d => d);

    [Fact]
    public void Dialogues_have_five_to_eight_turns_and_at_most_ninety_words()
    {
        Assert.All(Dialogues, d => Assert.InRange(d.Count, 5, 8));
        Assert.All(Dialogues, d => Assert.InRange(d.Sum(t => t.Question.Split(' ').Length + t.Answer.Split(' ').Length), 15, 90));
    }

    [Theory]
    [InlineData(QuestionKind.Presence)]
    [InlineData(QuestionKind.RelationYesNo)]
    public void Yes_and_no_are_equally_likely(QuestionKind kind)
    {
        var answers = Turns.Where(t => t.Kind == kind).Select(t => t.Answer).ToArray();
        Assert.InRange(answers.Count(a => a == "Yes.") / (double)answers.Length, 0.46, 0.54);
    }

    [Fact]
    public void No_count_dominates_and_none_is_rare()
    {
        var counts = Turns.Where(t => t.Kind == QuestionKind.CountKind).CountBy(t => t.Answer).ToDictionary();
        double total = counts.Values.Sum();
        Assert.Equal(["Four.", "None.", "One.", "Three.", "Two."], counts.Keys.Order());
        Assert.All(counts.Values, n => Assert.InRange(n / total, 0.03, 0.42));
    }

    [Fact]
    public void Number_of_objects_is_balanced()
    {
        var counts = Turns.Where(t => t.Kind == QuestionKind.CountObjects).CountBy(t => t.Answer).ToDictionary();
        Assert.All(counts.Values, n => Assert.InRange(n / (double)counts.Values.Sum(), 0.15, 0.4));
    }

    [Fact]
    public void Nothing_is_the_answer_in_a_minority()
    {
        var answers = Turns.Where(t => t.Kind is QuestionKind.RelationWhat or QuestionKind.NameAt).Select(t => t.Answer).ToArray();
        Assert.InRange(answers.Count(a => a == "Nothing.") / (double)answers.Length, 0.1, 0.35);
    }

    [Fact]
    public void Positions_and_relations_are_asked_most()
    {
        double Share(params QuestionKind[] kinds) => Turns.Count(t => kinds.Contains(t.Kind)) / (double)Turns.Count();
        Assert.InRange(Share(QuestionKind.Where), 0.12, 0.25);
        Assert.InRange(Share(QuestionKind.RelationWhat, QuestionKind.RelationYesNo), 0.25, 0.4);
        Assert.InRange(Share(QuestionKind.SmallTalk), 0.005, 0.025);
        Assert.All(Enum.GetValues<QuestionKind>(), kind => Assert.True(Share(kind) > 0.005, $"{kind} is hardly asked."));
    }

    [Theory]
    [InlineData(Split.Train, 0.8, 0.9)]
    [InlineData(Split.Test, 0.55, 0.65)]
    public void Descriptions_are_practised_more_often_than_they_are_measured(Split split, double low, double high)
    {
        var source = World.Source(split);
        Assert.InRange(Enumerable.Range(0, 2000).Count(i => source.CreateText(i).Turns.Any(t => t.Kind == QuestionKind.Caption)) / 2000.0, low, high);
    }

    [Fact]
    public void Follow_ups_have_their_share()
    {
        Assert.InRange(Turns.Count(t => t.FollowUp) / (double)Turns.Count(), 0.22, 0.35);
        Assert.All(Dialogues, d => Assert.False(d[0].FollowUp));
    }

    [Theory]
    [InlineData(Split.Train, 0.06, 0.14)]
    [InlineData(Split.Test, 0, 0)]
    public void Only_training_loses_question_marks(Split split, double low, double high)
    {
        var source = World.Source(split);
        var questions = Enumerable.Range(0, 1000).SelectMany(i => source.CreateText(i).Turns).Where(t => t.Kind == QuestionKind.Where).Select(t => t.Question).ToArray();
        Assert.InRange(questions.Count(q => !q.EndsWith('?')) / (double)questions.Length, low, high);
    }

    [Fact]
    public void Every_asked_fact_is_phrased_in_four_ways_or_more()
    {
        foreach (var kind in Enum.GetValues<QuestionKind>())
        {
            var phrasings = Turns.Where(t => t.Kind == kind && !t.FollowUp).Select(Skeleton).Distinct().Count();
            Assert.True(phrasings >= 4, $"{kind} has {phrasings} phrasings.");
        }
    }

    private static string Skeleton(DialogueTurn turn)
    {
        var text = turn.Question.ToLowerInvariant().TrimEnd('?');
        foreach (var mention in turn.Mentions.OrderByDescending(m => m.Start))
        {
            text = text[..mention.Start] + "_" + text[(mention.Start + mention.Length)..];
        }

        return text;
    }
}
