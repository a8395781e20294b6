using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>Items from a data set in any format that the product reads; see docs/datasets.md.</summary>
public static class DatasetItems
{
    /// <param name="path">Folder or annotation file.</param>
    /// <param name="split">Null: test, or where there is none validation, or where there is none either everything there is.</param>
    /// <param name="byQuestion">An item is a question, as in VQA; otherwise it is a picture.</param>
    /// <exception cref="Errors.MeshException">DatasetInvalid; EvaluationFileInvalid where the split has nothing to evaluate.</exception>
    public static async Task<EvaluationSet> ReadAsync(string path, DatasetOptions options, Split? split, bool byQuestion, CancellationToken cancellationToken)
    {
        using var dataset = await Dataset.OpenAsync(path, options, cancellationToken);
        var part = split ?? ((Split[])[Split.Test, Split.Validation, Split.Train]).FirstOrDefault(s => dataset.Count(s) > 0, Split.Test);
        var items = new List<EvaluationItem>();
        for (var ordinal = 0L; ordinal < dataset.Count(part); ordinal++)
        {
            var example = await dataset.ReadAsync(part, ordinal, cancellationToken);
            items.AddRange(byQuestion ? Questions(example) : [Whole(example)]);
        }

        return new EvaluationSet($"{Path.GetFileName(dataset.Path)} ({part.ToString().ToLowerInvariant()})", new DataFile(dataset.Path), items);
    }

    private static EvaluationItem Whole(Example example) => new(example.Id)
    {
        Picture = PictureOf(example),
        References = example.Captions,
        Label = example.Label,
        Turns = [.. example.Turns.Select(turn => new ExpectedTurn(turn.Question, [turn.Answer]))],
        Metadata = example.Metadata,
    };

    private static IEnumerable<EvaluationItem> Questions(Example example) => example.Questions.Where(question => question.Answers.Count > 0).Select(question => new EvaluationItem(question.Id)
    {
        Picture = PictureOf(example),
        Question = question.Text,
        Answers = [.. question.Answers.Select(answer => answer.Text)],
        Metadata = Types(question).Concat(example.Metadata).DistinctBy(column => column.Key).ToDictionary(),
    });

    private static IEnumerable<KeyValuePair<string, string>> Types(Question question)
    {
        if (question.AnswerType is { } answer)
        {
            yield return new("answer_type", answer);
        }

        if (question.QuestionType is { } type)
        {
            yield return new("question_type", type);
        }
    }

    private static Picture? PictureOf(Example example) => example.Picture is { } location ? new Picture(example.Id, location.ReadAsync) : null;
}
