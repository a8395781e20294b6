using System.Text.Encodings.Web;
using System.Text.Json;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Shards;

/// <summary>An example as a JSON object, in the names that the readers of JSON records know.</summary>
internal static class ExampleJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(Example example)
    {
        var record = new Dictionary<string, object?>(StringComparer.Ordinal) { ["id"] = example.Id };
        foreach (var (name, value) in example.Metadata)
        {
            record[name] = value;
        }

        // Last, so that no metadata takes the place of what the names below mean.
        record["id"] = example.Id;
        Add(record, "label", example.Label);
        Add(record, "captions", example.Captions);
        Add(record, "questions", [.. example.Questions.Select(q => new
        {
            question_id = q.Id,
            question = q.Text,
            question_type = q.QuestionType,
            answer_type = q.AnswerType,
            answers = q.Answers.Select(a => new { answer = a.Text, answer_confidence = a.Confidence }),
        })]);
        Add(record, "turns", [.. example.Turns.Select(t => new { question = t.Question, answer = t.Answer })]);
        Add(record, "objects", [.. example.Objects.Select(o => new { name = o.Category, bbox = Numbers(o.Box), iscrowd = o.IsCrowd })]);
        Add(record, "regions", [.. example.Regions.Select(r => new { phrase = r.Phrase, bbox = Numbers(r.Box) })]);
        Add(record, "relationships", [.. example.Relationships.Select(r => new { subject = r.SubjectName, predicate = r.Predicate, @object = r.ObjectName })]);
        return JsonSerializer.SerializeToUtf8Bytes(record, Options);
    }

    private static void Add(Dictionary<string, object?> record, string name, string? value)
    {
        if (value is not null)
        {
            record[name] = value;
        }
    }

    private static void Add<T>(Dictionary<string, object?> record, string name, IReadOnlyList<T> values)
    {
        if (values.Count > 0)
        {
            record[name] = values;
        }
    }

    private static double[] Numbers(Box box) => [box.X, box.Y, box.Width, box.Height];
}
