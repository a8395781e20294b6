using System.Text.Encodings.Web;
using System.Text.Json;
using MultiModalMesh.Evaluation.Items;

namespace MultiModalMesh.Evaluation.ModelRuns;

/// <summary>Reads answers: run files, COCO's caption results and VQA's results.</summary>
public static class RunReader
{
    // Run files are for people, too: only what JSON itself forbids is escaped.
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="Errors.MeshException">EvaluationFileInvalid: with the file and the record.</exception>
    public static Dictionary<(string Id, string? Part), Prediction> Read(string path)
    {
        var file = new DataFile(path);
        var text = file.ReadText();
        return text.TrimStart().StartsWith('[') ? ReadResults(file) : ReadLines(file, text);
    }

    internal static RunHeader? ReadHeader(string line)
    {
        try
        {
            return JsonElement.Parse(line) is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty("run", out var run) ? run.Deserialize<RunHeader>(Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static Dictionary<(string Id, string? Part), Prediction> ReadLines(DataFile file, string text)
    {
        var predictions = new Dictionary<(string, string?), Prediction>();
        foreach (var (record, value) in file.ReadJsonLines(text))
        {
            if (value.TryGetProperty("run", out _))
            {
                continue;
            }

            var prediction = new Prediction(file.Id(value, "id", record))
            {
                Part = Optional("part"),
                Answer = Optional("answer"),
                Answers = value.TryGetProperty("answers", out _) ? file.Texts(value, "answers", record) : null,
                Vector = value.TryGetProperty("vector", out var vector)
                    ? vector.ValueKind == JsonValueKind.String && vector.TryGetBytesFromBase64(out var bytes) && bytes.Length % sizeof(float) == 0
                        ? bytes
                        : throw file.Refuse(record, "'vector' must be 32-bit numbers in base64")
                    : null,
                Picture = Optional("picture"),
                Question = Optional("question"),
                Error = value.TryGetProperty("error", out var error)
                    ? new PredictionError(file.Text(error, "reason", $"{record}, error"), file.Text(error, "message", $"{record}, error"))
                    : null,
            };
            if (prediction is { Answer: null, Answers: null, Vector: null, Error: null })
            {
                throw file.Refuse(record, "it has none of 'answer', 'answers', 'vector' and 'error'");
            }

            predictions[prediction.Key] = prediction;

            string? Optional(string field) => value.TryGetProperty(field, out _) ? file.Text(value, field, record) : null;
        }

        return predictions;
    }

    /// <summary>An array of {image_id, caption} or {question_id, answer}.</summary>
    private static Dictionary<(string Id, string? Part), Prediction> ReadResults(DataFile file)
    {
        var predictions = new Dictionary<(string, string?), Prediction>();
        foreach (var (record, value) in file.Records(file.ReadJson(), "results"))
        {
            var isCaption = value.TryGetProperty("image_id", out _) && value.TryGetProperty("caption", out _);
            var prediction = new Prediction(file.Id(value, isCaption ? "image_id" : "question_id", record)) { Answer = file.Text(value, isCaption ? "caption" : "answer", record) };
            if (!predictions.TryAdd(prediction.Key, prediction))
            {
                throw file.Refuse(record, $"{(isCaption ? "image" : "question")} id {prediction.Id} stands there twice");
            }
        }

        return predictions;
    }
}
