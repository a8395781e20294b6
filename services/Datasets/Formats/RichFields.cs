using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>The fields of a JSON record that hold lists of objects, as <see cref="Shards.ExampleJson"/> writes them.</summary>
internal static class RichFields
{
    public static void Fill(SourceLocation source, IReadOnlyDictionary<string, JsonElement> record, ExampleBuilder example)
    {
        foreach (var item in Objects(source, record, "questions"))
        {
            var question = example.Question(Json.Text(item, "question_id"));
            question.Text = Json.Id(source, item, "question");
            question.QuestionType = Json.Text(item, "question_type");
            question.AnswerType = Json.Text(item, "answer_type");
            question.Answers.AddRange(Json.Items(item, "answers").Select(a =>
                a.ValueKind == JsonValueKind.Object ? new Answer(Json.Id(source, a, "answer"), Json.Text(a, "answer_confidence")) : new Answer(Json.Plain(a) ?? "")));
            if (Json.Text(item, "answer") is { } answer)
            {
                question.Answers.Add(new Answer(answer));
            }
        }

        example.Objects.AddRange(Objects(source, record, "objects").Select(o => new ObjectBox(Json.Id(source, o, "name"), BoxOf(source, o), Json.Text(o, "iscrowd") is "true" or "1")));
        example.Regions.AddRange(Objects(source, record, "regions").Select(r => new Region(Json.Id(source, r, "phrase"), BoxOf(source, r))));
        example.Relationships.AddRange(Objects(source, record, "relationships").Select(r =>
            new Relationship(Json.Id(source, r, "subject"), Json.Id(source, r, "predicate"), Json.Id(source, r, "object"))));
    }

    /// <exception cref="DatasetRecordException">A number is missing or is none.</exception>
    public static Box BoxOf(SourceLocation source, JsonElement item) =>
        item.TryGetProperty("bbox", out var box) && box.ValueKind == JsonValueKind.Array && box.GetArrayLength() == 4 && box.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number)
            ? new Box(box[0].GetDouble(), box[1].GetDouble(), box[2].GetDouble(), box[3].GetDouble())
            : throw new DatasetRecordException(source, "has no 'bbox' of four numbers.");

    private static List<JsonElement> Objects(SourceLocation source, IReadOnlyDictionary<string, JsonElement> record, string name)
    {
        if (!record.TryGetValue(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object)
            ? throw new DatasetRecordException(source, $"has '{name}' with an element that is not an object.")
            : [.. list.EnumerateArray()];
    }
}
