using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>Items of any data set that the product reads: every example, or every question of its examples.</summary>
public static class DatasetItems
{
    private const int Parallelism = 8;

    /// <param name="path">Folder or annotation file.</param>
    /// <param name="split">Of it.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="perQuestion">One item a question, named by the question's id; else one a picture.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MeshException">DatasetInvalid: with the file and the record. EvaluationFileInvalid: nothing in the split.</exception>
    public static async Task<EvaluationSet> ReadAsync(string path, Split split, DatasetOptions options, bool perQuestion, CancellationToken cancellationToken)
    {
        using var dataset = await Dataset.OpenAsync(path, options, cancellationToken);
        var file = new DataFile(path);
        if (dataset.Count(split) == 0)
        {
            var splits = string.Join(", ", Enum.GetValues<Split>().Where(other => dataset.Count(other) > 0).Select(other => $"{other.ToString().ToLowerInvariant()} {dataset.Count(other)}"));
            throw file.Refuse($"split {split.ToString().ToLowerInvariant()}", $"it is empty; there are: {splits}");
        }

        // Names that 'rate --images' finds again.
        var root = Path.GetFullPath(options.Pictures ?? (Directory.Exists(dataset.Path) ? dataset.Path : Path.GetDirectoryName(dataset.Path)!));
        var items = new List<EvaluationItem>();
        await foreach (var (example, _) in ExampleReader.ReadAsync(dataset, split, null, default, 1, Parallelism, (example, _) => Task.FromResult(example), cancellationToken))
        {
            items.AddRange(perQuestion ? Questions(example, root) : Examples(example, root));
        }

        return new EvaluationSet($"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))} ({split.ToString().ToLowerInvariant()})", file, items)
        {
            Notes = dataset.ProblemCount == 0 ? [] : [$"{dataset.ProblemCount} records of the data set were left out, the first: {dataset.Problems(1)[0]}"],
        };
    }

    private static IEnumerable<EvaluationItem> Questions(Example example, string root) => example.Questions

        // Test sets keep their answers to themselves.
        .Where(question => question.Answers.Count > 0)
        .Select(question => new EvaluationItem(question.Id)
        {
            Picture = PictureOf(example, root),
            Question = question.Text,
            Answers = [.. question.Answers.Select(answer => answer.Text)],
            Metadata = With(example.Metadata, ("question_type", question.QuestionType), ("answer_type", question.AnswerType)),
        });

    /// <summary>A published file names pictures, too, that nothing is said about; they cannot be scored.</summary>
    private static EvaluationItem[] Examples(Example example, string root) => example.Captions.Count == 0 && example.Label is null && example.Turns.Count == 0 ? [] :
    [
        new EvaluationItem(example.Id)
        {
            Picture = PictureOf(example, root),
            References = example.Captions,
            Label = example.Label,
            Turns = [.. example.Turns.Select(turn => new ExpectedTurn(turn.Question, [turn.Answer]))],
            Metadata = With(example.Metadata),
        },
    ];

    private static Picture? PictureOf(Example example, string root) => example.Picture is not { } picture ? null
        : new Picture(picture.Length is null ? Path.GetRelativePath(root, picture.File) : example.Id, picture.ReadAsync);

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> metadata, params ReadOnlySpan<(string Column, string? Value)> more)
    {
        var columns = metadata.ToDictionary(StringComparer.Ordinal);
        foreach (var (column, value) in more)
        {
            if (value is not null)
            {
                columns[column] = value;
            }
        }

        return columns;
    }
}
