using System.Text.Json;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>The two files of VQA v2: questions, and annotations with ten answers each. The columns are question_type, answer_type and image_id.</summary>
public static class VqaFiles
{
    public static EvaluationSet Read(string questionsPath, string annotationsPath, PictureFolder? pictures)
    {
        DataFile questionFile = new(questionsPath), annotationFile = new(annotationsPath);
        var annotations = new Dictionary<string, (string Record, JsonElement Value)>(StringComparer.Ordinal);
        foreach (var (record, annotation) in annotationFile.Records(annotationFile.Member(annotationFile.ReadJson(), "annotations", "the file"), "annotations"))
        {
            var id = annotationFile.Id(annotation, "question_id", record);
            if (!annotations.TryAdd(id, (record, annotation)))
            {
                throw annotationFile.Refuse(record, $"question id {id} stands there twice");
            }
        }

        var items = new List<EvaluationItem>();
        foreach (var (record, question) in questionFile.Records(questionFile.Member(questionFile.ReadJson(), "questions", "the file"), "questions"))
        {
            var id = questionFile.Id(question, "question_id", record);
            if (!annotations.Remove(id, out var annotation))
            {
                throw questionFile.Refuse(record, $"question id {id} has no annotation in '{annotationFile.Path}', or stands there twice");
            }

            var image = questionFile.Id(question, "image_id", record);
            items.Add(new EvaluationItem(id)
            {
                Picture = pictures?.Find(null, image),
                Question = questionFile.Text(question, "question", record),
                Answers =
                [
                    .. annotationFile.Records(annotationFile.Member(annotation.Value, "answers", annotation.Record), $"{annotation.Record}.answers")
                        .Select(answer => annotationFile.Text(answer.Value, "answer", answer.Record)),
                ],
                Metadata = DataFile.Columns(annotation.Value, "question_id", "multiple_choice_answer"),
            });
            if (items[^1].Answers.Count == 0)
            {
                throw annotationFile.Refuse(annotation.Record, "it has no answers");
            }
        }

        return annotations.Count == 0
            ? new EvaluationSet(questionFile.Name, questionFile, items)
            : throw annotationFile.Refuse(annotations.Values.First().Record, $"question id {annotations.Keys.First()} is not in '{questionFile.Path}'");
    }
}
