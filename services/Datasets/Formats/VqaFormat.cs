using System.Globalization;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>VQA v2 (visualqa.org, "Input Questions Format" and "Annotation Format"): questions in one file, ten answers to each in another; a test set has no answers. An example is a picture with all its questions.</summary>
internal sealed class VqaFormat : IDatasetFormat
{
    private const int Asked = 0, Answered = 1;

    public string Name => "VQA v2";

    public bool Recognises(DatasetRoot root) => Questions(root).Count > 0;

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root)
    {
        var questions = Questions(root);
        return [.. questions, .. Annotations(questions)];
    }

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        var pictures = new PictureFinder(root);
        var questions = Questions(root);
        foreach (var file in questions)
        {
            var split = SplitChoice.FromName(Path.GetFileName(file));
            Scan.Elements(writer, file, ["questions"], element => AddQuestion(writer, pictures, file, split, element), cancellationToken);
        }

        foreach (var file in Annotations(questions))
        {
            Scan.Elements(writer, file, ["annotations"], element => AddAnnotation(writer, element), cancellationToken);
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example)
    {
        var json = Json.ParseObject(part.Source, bytes);
        var question = example.Question(Json.Id(part.Source, json, "question_id"));
        if (part.Kind == Asked)
        {
            question.Text = Json.Id(part.Source, json, "question");
            return;
        }

        question.QuestionType = Json.Text(json, "question_type");
        question.AnswerType = Json.Text(json, "answer_type");
        question.Answers.AddRange(Json.Items(json, "answers").Select(answer => new Answer(Json.Id(part.Source, answer, "answer"), Json.Text(answer, "answer_confidence"))));
    }

    private static void AddQuestion(IndexWriter writer, PictureFinder pictures, string file, Split? split, ScannedElement element)
    {
        var json = Json.ParseObject(element.Source, element.Json);
        var image = Json.Id(element.Source, json, "image_id");
        Json.Id(element.Source, json, "question");
        writer.Claim("question id", Json.Id(element.Source, json, "question_id"), element.Source);
        writer.AddExample(image, split, element.Source, pictures.Find(element.Source, PictureNames(file, image)));
        writer.AddPart(image, Asked, element.Source, element.Json.Length);
    }

    private static void AddAnnotation(IndexWriter writer, ScannedElement element)
    {
        var json = Json.ParseObject(element.Source, element.Json);
        writer.Claim("annotation of the question", Json.Id(element.Source, json, "question_id"), element.Source);
        foreach (var answer in Json.Items(json, "answers"))
        {
            Json.Id(element.Source, answer, "answer");
        }

        writer.AddPart(Json.Id(element.Source, json, "image_id"), Answered, element.Source, element.Json.Length);
    }

    /// <summary>COCO 2014 names its pictures by subset and id, COCO 2017 by id alone; test-dev and test-std are parts of test2015.</summary>
    private static string[] PictureNames(string file, string image)
    {
        var padded = long.TryParse(image, CultureInfo.InvariantCulture, out var number) ? number.ToString("D12", CultureInfo.InvariantCulture) : image;
        var subset = Path.GetFileNameWithoutExtension(file).Split('_').FirstOrDefault(word => SplitChoice.FromName(word) is not null)?.Split('-')[0];
        return [$"COCO_{subset}_{padded}.jpg", $"{padded}.jpg", $"{image}.jpg", $"{image}.png"];
    }

    private static IReadOnlyList<string> Questions(DatasetRoot root) => root.Path == root.Folder
        ? root.Named(name => name.EndsWith("questions.json", StringComparison.OrdinalIgnoreCase))
        : [.. root.Files.Where(file => file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && FileStart.Has(file, "\"questions\"") && FileStart.Has(file, "\"question_id\""))];

    /// <summary>Those beside their questions: a folder with COCO's own annotations holds others, too.</summary>
    private static string[] Annotations(IReadOnlyList<string> questions)
    {
        var splits = questions.Select(file => SplitChoice.FromName(Path.GetFileName(file))).ToHashSet();
        return
        [
            .. questions.Select(file => Path.GetDirectoryName(file)!).Distinct().SelectMany(folder => Directory.EnumerateFiles(folder, "*annotations.json")).Order(StringComparer.Ordinal)
                .Where(file => splits.Contains(SplitChoice.FromName(Path.GetFileName(file))) && FileStart.Has(file, "\"answers\"")),
        ];
    }
}
