using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Trainer.Evaluation;

/// <summary>Right answers and questions, by kind and by whether a question leans on the turn before.</summary>
internal sealed class Accuracy
{
    private readonly SortedDictionary<(QuestionKind Kind, bool FollowUp), (int Right, int All)> _counts = [];

    public void Add(DialogueTurn turn, bool right)
    {
        var (rightBefore, all) = _counts.GetValueOrDefault((turn.Kind, turn.FollowUp));
        _counts[(turn.Kind, turn.FollowUp)] = (rightBefore + (right ? 1 : 0), all + 1);
    }

    public (int Right, int All) Total => Sum(_ => true);

    public (int Right, int All) FollowUps => Sum(k => k.FollowUp);

    public (int Right, int All) Of(QuestionKind kind) => Sum(k => k.Kind == kind);

    public (int Right, int All) FollowUpsOf(QuestionKind kind) => Sum(k => k.Kind == kind && k.FollowUp);

    /// <summary>One line: percent right of each kind.</summary>
    public override string ToString() =>
        $"all {Percent(Total)}, follow-up {Percent(FollowUps)}; " + string.Join(", ", Enum.GetValues<QuestionKind>().Where(k => Of(k).All > 0).Select(k => $"{k} {Percent(Of(k))}"));

    public static string Percent((int Right, int All) count) => count.All == 0 ? "-" : (100.0 * count.Right / count.All).ToString("0.0", null);

    private (int Right, int All) Sum(Func<(QuestionKind Kind, bool FollowUp), bool> where)
    {
        var chosen = _counts.Where(c => where(c.Key)).Select(c => c.Value).ToArray();
        return (chosen.Sum(c => c.Right), chosen.Sum(c => c.All));
    }
}
