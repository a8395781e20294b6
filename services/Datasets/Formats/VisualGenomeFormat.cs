using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>
/// Visual Genome (Krishna et al. 2016), versions 1.2 and 1.4: files that are arrays with one element for each picture. Whatever of
/// <c>image_data</c>, <c>region_descriptions</c>, <c>question_answers</c>, <c>objects</c> and <c>relationships</c> is there is read.
/// </summary>
internal sealed class VisualGenomeFormat : IDatasetFormat
{
    private static readonly string[] FileNames = ["image_data.json", "region_descriptions.json", "question_answers.json", "objects.json", "relationships.json"];

    public string Name => "Visual Genome";

    public bool Recognises(DatasetRoot root) => root.Files.Any(file => FileNames.Skip(1).Contains(Path.GetFileName(file)));

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root) => [.. FileNames.SelectMany(name => root.Named(file => file == name))];

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        var pictures = new PictureFinder(root);
        foreach (var file in IndexedFiles(root))
        {
            var kind = Array.IndexOf(FileNames, Path.GetFileName(file));
            Scan.Elements(writer, file, [""], element => Add(writer, pictures, kind, element), cancellationToken);
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example)
    {
        var (source, json) = (part.Source, Json.ParseObject(part.Source, bytes));
        switch (FileNames[part.Kind])
        {
            case "image_data.json":
                Json.AddMetadata(example, json, "image_id", "id");
                break;
            case "region_descriptions.json":
                example.Regions.AddRange(Json.Items(json, "regions").Select(r => new Region(Json.Id(source, r, "phrase").Trim(), BoxOf(source, r, "width", "height"))));
                break;
            case "question_answers.json":
                foreach (var pair in Json.Items(json, "qas"))
                {
                    var question = example.Question(Json.Id(source, pair, "qa_id"));
                    question.Text = Json.Id(source, pair, "question");
                    question.Answers.Add(new Answer(Json.Id(source, pair, "answer")));
                }

                break;
            case "objects.json":
                example.Objects.AddRange(Json.Items(json, "objects").Select(o => new ObjectBox(NameOf(source, o), BoxOf(source, o, "w", "h"))));
                break;
            default:
                example.Relationships.AddRange(Json.Items(json, "relationships").Select(r => new Relationship(
                    NameOf(source, Member(source, r, "subject")), Json.Id(source, r, "predicate").Trim(), NameOf(source, Member(source, r, "object")))));
                break;
        }
    }

    private void Add(IndexWriter writer, PictureFinder pictures, int kind, ScannedElement element)
    {
        var id = Id(element.Source, Json.ParseObject(element.Source, element.Json));
        writer.Claim($"picture of {FileNames[kind]}", id, element.Source);
        Read(new Part(kind, element.Source, element.Json.Length), element.Json, ExampleBuilder.Trial(element.Source));
        writer.AddExample(id, null, element.Source, pictures.Find(element.Source, $"{id}.jpg", $"{id}.png"));
        writer.AddPart(id, kind, element.Source, element.Json.Length);
    }

    /// <summary>Regions and questions say <c>id</c>, the others <c>image_id</c>.</summary>
    private static string Id(SourceLocation source, JsonElement json) => Json.Text(json, "image_id") ?? Json.Id(source, json, "id");

    /// <summary>Version 1.2 writes <c>name</c>, later ones the list <c>names</c>; both occur in one file.</summary>
    private static string NameOf(SourceLocation source, JsonElement thing) =>
        Json.Items(thing, "names").Select(Json.Plain).OfType<string>().FirstOrDefault() ?? Json.Id(source, thing, "name");

    private static JsonElement Member(SourceLocation source, JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Object ? member : throw new DatasetRecordException(source, $"has a relationship without '{name}'.");

    private static Box BoxOf(SourceLocation source, JsonElement thing, string width, string height) =>
        new(Json.Number(source, thing, "x"), Json.Number(source, thing, "y"), Json.Number(source, thing, width), Json.Number(source, thing, height));
}
