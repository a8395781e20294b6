using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>
/// MSCOCO's captions and instances (cocodataset.org, "Data format"): an object with the arrays <c>images</c>, <c>annotations</c> and
/// <c>categories</c>, in any order. Files of one split, such as <c>captions_val2017.json</c> and <c>instances_val2017.json</c>, are read together.
/// </summary>
internal sealed class CocoFormat : IDatasetFormat
{
    private const int Image = 0, Annotation = 1;

    private const string Category = "category";

    public string Name => "MSCOCO";

    public bool Recognises(DatasetRoot root) => IndexedFiles(root).Count > 0;

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root) => root.Path == root.Folder
        ? root.Named(name => IsJson(name) && (name.StartsWith("captions_", StringComparison.Ordinal) || name.StartsWith("instances_", StringComparison.Ordinal)))
        : [.. root.Files.Where(file => IsJson(file) && FileStart.Has(file, "\"images\"") && FileStart.Has(file, "\"annotations\""))];

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        var pictures = new PictureFinder(root);
        foreach (var file in IndexedFiles(root))
        {
            var split = SplitChoice.FromName(Path.GetFileName(file));
            Scan.Elements(writer, file, ["images", "annotations", "categories"], element => Add(writer, pictures, file, split, element), cancellationToken);
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example)
    {
        var json = Json.ParseObject(part.Source, bytes);
        if (part.Kind == Image)
        {
            Json.AddMetadata(example, json, "id", "file_name");
            return;
        }

        if (Json.Text(json, "caption") is { } caption)
        {
            example.Captions.Add(caption.Trim());
        }
        else if (json.TryGetProperty("bbox", out _))
        {
            var category = Json.Id(part.Source, json, "category_id");
            example.Objects.Add(new ObjectBox(example.Name(Category, category) ?? category, RichFields.BoxOf(part.Source, json), Json.Text(json, "iscrowd") is "1" or "true"));
        }
        else
        {
            throw new DatasetRecordException(part.Source, "has neither 'caption' nor 'bbox'; other annotations than captions and instances are not read.");
        }
    }

    private void Add(IndexWriter writer, PictureFinder pictures, string file, Split? split, ScannedElement element)
    {
        var json = Json.ParseObject(element.Source, element.Json);
        switch (element.Array)
        {
            case "categories":
                writer.AddName(Category, Json.Id(element.Source, json, "id"), Json.Text(json, "name") ?? "");
                break;
            case "images":
                var id = Json.Id(element.Source, json, "id");
                writer.Claim($"image id of {Path.GetFileName(file)}", id, element.Source);

                // The captions and the instances of a split list the same pictures.
                if (writer.AddExample(id, split, element.Source, pictures.Find(element.Source, Json.Id(element.Source, json, "file_name"))))
                {
                    writer.AddPart(id, Image, element.Source, element.Json.Length);
                }

                break;
            default:
                writer.Claim($"annotation id of {Path.GetFileName(file)}", Json.Id(element.Source, json, "id"), element.Source);
                var part = new Part(Annotation, element.Source, element.Json.Length);
                Read(part, element.Json, ExampleBuilder.Trial(element.Source));
                writer.AddPart(Json.Id(element.Source, json, "image_id"), Annotation, element.Source, element.Json.Length);
                break;
        }
    }

    private static bool IsJson(string name) => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
}
