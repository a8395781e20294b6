using System.Text.Json;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>COCO's captions files: <c>images</c> with <c>id</c> and <c>file_name</c>, <c>annotations</c> with <c>image_id</c> and <c>caption</c>.</summary>
public static class CocoCaptions
{
    public static EvaluationSet Read(string path, PictureFolder? pictures)
    {
        var file = new DataFile(path);
        var root = file.ReadJson();
        var images = new Dictionary<string, (string? FileName, Dictionary<string, string> Columns)>(StringComparer.Ordinal);
        foreach (var (record, image) in file.Records(file.Member(root, "images", "the file"), "images"))
        {
            var id = file.Id(image, "id", record);
            var name = image.TryGetProperty("file_name", out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
            if (!images.TryAdd(id, (name, DataFile.Columns(image, "id", "file_name"))))
            {
                throw file.Refuse(record, $"image id {id} stands there twice");
            }
        }

        var captions = images.Keys.ToDictionary(id => id, _ => new List<string>(), StringComparer.Ordinal);
        foreach (var (record, annotation) in file.Records(file.Member(root, "annotations", "the file"), "annotations"))
        {
            var id = file.Id(annotation, "image_id", record);
            (captions.TryGetValue(id, out var known) ? known : throw file.Refuse(record, $"image id {id} is not among the images")).Add(file.Text(annotation, "caption", record));
        }

        // Test parts name pictures that nobody captioned; they cannot be scored.
        return new EvaluationSet(
            file.Name,
            file,
            [.. images.Where(image => captions[image.Key].Count > 0).Select(image => new EvaluationItem(image.Key)
            {
                Picture = pictures?.Find(image.Value.FileName, image.Key),
                References = captions[image.Key],
                Metadata = image.Value.Columns,
            })]);
    }
}
