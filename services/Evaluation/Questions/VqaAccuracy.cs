using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Evaluation.Questions;

/// <summary>An answer and what people answered.</summary>
public sealed record AnsweredQuestion(string Answer, IReadOnlyList<string> Annotators);

/// <summary>
/// VQA accuracy (Antol et al. 2015): an answer is as right as people agree with it, min(agreeing/3, 1), averaged over all ways to leave one annotator out.
/// </summary>
public static class VqaAccuracy
{
    public static Metric Score(IReadOnlyList<AnsweredQuestion> questions) => Metric.Mean("VQA accuracy", questions.Select(Of));

    /// <summary>As the published program computes it: where all annotators wrote the very same, it normalises neither side and compares letter case, too.</summary>
    public static Metric ScoreAsPublished(IReadOnlyList<AnsweredQuestion> questions) => Metric.Mean("VQA accuracy (published program)", questions.Select(AsPublished));

    internal static double Of(AnsweredQuestion question) =>
        Agreement(AnswerNormalizer.Normalize(question.Answer), [.. question.Annotators.Select(AnswerNormalizer.Normalize)]);

    internal static double AsPublished(AnsweredQuestion question) =>
        question.Annotators.Distinct(StringComparer.Ordinal).Count() == 1
            ? Agreement(AnswerNormalizer.Trim(question.Answer), [.. question.Annotators.Select(AnswerNormalizer.Trim)])
            : Of(question);

    private static double Agreement(string answer, string[] annotators)
    {
        var agreeing = annotators.Count(annotator => annotator == answer);

        // A data set with one answer a question has nobody to leave out: it is right or wrong.
        return annotators.Length == 1
            ? agreeing
            : annotators.Average(left => Math.Min((agreeing - (left == answer ? 1 : 0)) / 3.0, 1));
    }
}
