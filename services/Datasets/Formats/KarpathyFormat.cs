using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>The splits of Karpathy and Li 2015 for Flickr8k, Flickr30k and COCO: <c>dataset_flickr30k.json</c>, an object with <c>images</c>, each with its sentences and split.</summary>
internal sealed class KarpathyFormat : IDatasetFormat
{
    public string Name => "Karpathy split";

    public bool Recognises(DatasetRoot root) => IndexedFiles(root).Count > 0;

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root) =>
        root.Named(name => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)).Where(file => FileStart.Has(file, "\"sentids\"") && FileStart.Has(file, "\"sentences\"")).ToArray();

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        var pictures = new PictureFinder(root);
        foreach (var file in IndexedFiles(root))
        {
            Scan.Elements(writer, file, ["images"], element =>
            {
                var json = Json.ParseObject(element.Source, element.Json);
                var name = Json.Id(element.Source, json, "filename");
                var split = Json.Text(json, "split") is { } word
                    ? SplitChoice.FromWord(word) ?? throw new DatasetRecordException(element.Source, $"is of the split '{word}', which is none of train, restval, val and test.")
                    : (Examples.Split?)null;

                // COCO's pictures are two folders down, which "filepath" names.
                var folder = Json.Text(json, "filepath");
                var picture = pictures.Find(element.Source, folder is null ? [name] : [Path.Combine(folder, name), name]);
                if (!writer.AddExample(name, split, element.Source, picture))
                {
                    throw new DatasetRecordException(element.Source, $"has the picture '{name}', which an earlier record has.");
                }

                writer.AddPart(name, 0, element.Source, element.Json.Length);
            }, cancellationToken);
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example)
    {
        var json = Json.ParseObject(part.Source, bytes);
        example.Captions.AddRange(Json.Items(json, "sentences").Select(sentence => Json.Text(sentence, "raw")).OfType<string>().Select(text => text.Trim()));
        Json.AddMetadata(example, json, "filename", "filepath", "split");
    }
}
