using System.Text;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>
/// Flickr30k (Young et al. 2014) as it is passed on: <c>results.csv</c> with <c>image_name| comment_number| comment</c>, or the original
/// <c>results_20130124.token</c> with <c>name#number</c>, a tab and the caption. Neither quotes anything.
/// </summary>
internal sealed class Flickr30kFormat : IDatasetFormat
{
    private const string Header = "image_name| comment_number| comment";

    public string Name => "Flickr30k";

    public bool Recognises(DatasetRoot root) => IndexedFiles(root).Count > 0;

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root) =>
        [.. root.Files.Where(file => file.EndsWith(".token", StringComparison.OrdinalIgnoreCase) || (file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && FileStart.Has(file, Header)))];

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        var pictures = new PictureFinder(root);
        foreach (var file in IndexedFiles(root))
        {
            Scan.Lines(writer, file, line =>
            {
                if (Caption(line.Source, line.Text) is { } caption)
                {
                    writer.Claim("comment number of a picture", $"{caption.Picture} {caption.Number}", line.Source);
                    writer.AddExample(caption.Picture, null, line.Source, pictures.Find(line.Source, caption.Picture));
                    writer.AddPart(caption.Picture, 0, line.Source, line.Text.Length);
                }
            }, cancellationToken);
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example) => example.Captions.Add(Caption(part.Source, bytes)!.Text);

    /// <summary>Null for the header.</summary>
    private static NumberedCaption? Caption(SourceLocation source, ReadOnlyMemory<byte> bytes)
    {
        var line = Encoding.UTF8.GetString(bytes.Span);
        if (line.StartsWith(Header, StringComparison.Ordinal))
        {
            return null;
        }

        if (line.Split('\t', 2) is [var token, var sentence] && token.Split('#', 2) is [var picture, var number])
        {
            return new NumberedCaption(picture.Trim(), number.Trim(), sentence.Trim());
        }

        // A well-known line (2199200615.jpg) lacks the second bar: its number is followed by the caption at once.
        return line.Split('|', 3) switch
        {
            [var name, var index, var text] => new NumberedCaption(name.Trim(), index.Trim(), text.Trim()),
            [var name, var rest] when rest.TrimStart().Split(' ', 2) is [var index, var text] && int.TryParse(index, out _) => new NumberedCaption(name.Trim(), index, text.Trim()),
            _ => throw new DatasetRecordException(source, "is not 'image_name| comment_number| comment'."),
        };
    }

    private sealed record NumberedCaption(string Picture, string Number, string Text);
}
