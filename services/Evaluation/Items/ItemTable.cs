using System.Text.Json;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>
/// Items of one's own, as JSON lines or CSV. Fields: id (default: image), image (a path in the folder of pictures), question, references, answers, label and,
/// in JSON lines, turns (objects of question and answers); every other single value is a column for slices. In CSV, | stands between several texts.
/// </summary>
public static class ItemTable
{
    private static readonly string[] Known = ["id", "image", "question", "references", "answers", "label", "turns"];

    public static EvaluationSet Read(string path, PictureFolder? pictures)
    {
        var file = new DataFile(path);
        var items = Rows(file).Select(row => ReadItem(file, row.Record, row.Value, pictures)).ToList();
        return new EvaluationSet(file.Name, file, items);
    }

    /// <summary>Columns to join by id to the items of another file.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ReadColumns(string path)
    {
        var file = new DataFile(path);
        var columns = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (record, row) in Rows(file))
        {
            var id = file.Id(row, "id", record);
            if (!columns.TryAdd(id, DataFile.Columns(row, "id")))
            {
                throw file.Refuse(record, $"id '{id}' stands there twice");
            }
        }

        return columns;
    }

    private static IEnumerable<(string Record, JsonElement Value)> Rows(DataFile file) =>
        file.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? Csv.Read(file) : file.ReadJsonLines(file.ReadText());

    private static EvaluationItem ReadItem(DataFile file, string record, JsonElement row, PictureFolder? pictures)
    {
        var image = Has(row, "image") ? file.Text(row, "image", record) : null;
        var id = Has(row, "id") ? file.Id(row, "id", record) : image ?? throw file.Refuse(record, "it has neither 'id' nor 'image'");
        return new EvaluationItem(id)
        {
            Picture = pictures?.Find(image, id),
            Question = Has(row, "question") ? file.Text(row, "question", record) : null,
            References = TextsOf("references"),
            Answers = TextsOf("answers"),
            Label = Has(row, "label") ? file.Id(row, "label", record) : null,
            Turns = Has(row, "turns")
                ? [.. file.Records(row.GetProperty("turns"), $"{record}, turns").Select(turn => new ExpectedTurn(file.Text(turn.Value, "question", turn.Record), file.Texts(turn.Value, "answers", turn.Record)))]
                : [],
            Metadata = DataFile.Columns(row, Known),
        };

        IReadOnlyList<string> TextsOf(string field)
        {
            var texts = Has(row, field) ? file.Texts(row, field, record) : [];
            return texts.Count == 1 && file.Path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)
                ? texts[0].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                : texts;
        }
    }

    private static bool Has(JsonElement row, string field) => row.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null;
}
