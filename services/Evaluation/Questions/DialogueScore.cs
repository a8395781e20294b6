using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Questions;

/// <summary>One turn's answer and the ones that are right.</summary>
public sealed record AnsweredTurn(string Answer, IReadOnlyList<string> Expected)
{
    /// <summary>The same after normalising as <see cref="AnswerNormalizer"/> does.</summary>
    public bool IsRight
    {
        get
        {
            var answer = AnswerNormalizer.Normalize(Answer);
            return Expected.Any(expected => AnswerNormalizer.Normalize(expected) == answer);
        }
    }
}

/// <summary>Exact match of dialogues: of turns, of turns after the first, of whole dialogues. Dialogues, not turns, are resampled.</summary>
public static class DialogueScore
{
    public static IReadOnlyList<Metric> Score(IReadOnlyList<IReadOnlyList<AnsweredTurn>> dialogues) =>
    [
        Metric.Ratio("exact match, turns", dialogues.Select(turns => ((double)turns.Count(turn => turn.IsRight), (double)turns.Count))),
        Metric.Ratio("exact match, follow-up turns", dialogues.Select(turns => ((double)turns.Skip(1).Count(turn => turn.IsRight), (double)Math.Max(0, turns.Count - 1)))),
        Metric.Mean("exact match, whole dialogues", dialogues.Select(turns => turns.All(turn => turn.IsRight) ? 1.0 : 0.0)),
    ];
}
