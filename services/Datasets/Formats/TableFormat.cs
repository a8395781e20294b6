using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>What JSON lines and CSV have in common: a record has an id or a picture, and records of the same one belong together.</summary>
internal abstract class TableFormat(DatasetOptions options) : IDatasetFormat
{
    private readonly Columns _columns = new(options.Columns);

    public abstract string Name { get; }

    public bool Recognises(DatasetRoot root) => IndexedFiles(root).Count > 0;

    public abstract IReadOnlyList<string> IndexedFiles(DatasetRoot root);

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        var pictures = new PictureFinder(root);
        foreach (var file in IndexedFiles(root))
        {
            var split = SplitChoice.FromName(Path.GetFileName(file));
            writer.Try(() =>
            {
                foreach (var record in Records(file, writer))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    writer.Try(() => Add(writer, pictures, split, record));
                }
            });
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example) => _columns.Fill(part.Source, Parse(part.Source, bytes, example.Name), example);

    /// <summary>Reads a file from its start.</summary>
    protected abstract IEnumerable<TableRecord> Records(string file, IndexWriter writer);

    /// <param name="names">What was remembered while indexing, by kind and id.</param>
    protected abstract IReadOnlyDictionary<string, JsonElement> Parse(SourceLocation source, ReadOnlyMemory<byte> bytes, Func<string, string, string?> names);

    private void Add(IndexWriter writer, PictureFinder pictures, Split? split, TableRecord record)
    {
        var fields = record.Parse();
        var image = _columns.Text(fields, "image");
        var id = _columns.Text(fields, "id");
        if (id is not null)
        {
            writer.Claim("id", id, record.Source);
        }

        var key = id ?? image ?? throw new DatasetRecordException(
            record.Source, $"names no picture and has no id; its fields are {string.Join(", ", fields.Keys)}. Say which holds the picture with --column image=NAME.");
        if (_columns.Text(fields, "split") is { } word)
        {
            split = SplitChoice.FromWord(word) ?? throw new DatasetRecordException(record.Source, $"is of the split '{word}', which is none of train, validation and test.");
        }

        _columns.Fill(record.Source, fields, ExampleBuilder.Trial(record.Source));
        var picture = image is null ? null : pictures.Find(record.Source, image, Path.Combine(Path.GetDirectoryName(record.Source.File)!, image));
        writer.AddExample(key, split, record.Source, picture);
        writer.AddPart(key, 0, record.Source, record.Length);
    }

    /// <param name="Length">In bytes.</param>
    /// <param name="Parse">Its fields by name.</param>
    protected sealed record TableRecord(SourceLocation Source, int Length, Func<IReadOnlyDictionary<string, JsonElement>> Parse);
}
