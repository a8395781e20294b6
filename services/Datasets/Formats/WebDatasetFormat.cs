using System.Formats.Tar;
using System.Text;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>
/// WebDataset shards: tar files in which members that differ only in what follows the first dot of their name, and stand one after the
/// other, are one example (<c>000017.jpg</c>, <c>000017.txt</c>, <c>000017.json</c>, <c>000017.cls</c>).
/// </summary>
internal sealed class WebDatasetFormat(DatasetOptions options) : IDatasetFormat
{
    private const int Caption = 0, Record = 1, Class = 2;

    private readonly Columns _columns = new(options.Columns);

    public string Name => "WebDataset";

    public bool Recognises(DatasetRoot root) => IndexedFiles(root).Count > 0;

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root) => root.Named(name => name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase));

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        foreach (var shard in IndexedFiles(root))
        {
            var split = SplitChoice.FromName(Path.GetFileName(shard)) ?? SplitChoice.FromName(Path.GetFileName(Path.GetDirectoryName(shard)!));
            writer.Try(() => IndexShard(shard, split, writer, cancellationToken));
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example)
    {
        switch (part.Kind)
        {
            case Record:
                _columns.Fill(part.Source, Json.Fields(part.Source, bytes), example);
                break;
            case Class:
                example.Label = Encoding.UTF8.GetString(bytes.Span).Trim();
                break;
            default:
                example.Captions.Add(Encoding.UTF8.GetString(bytes.Span).Trim());
                break;
        }
    }

    private void IndexShard(string shard, Split? split, IndexWriter writer, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(shard);
        using var tar = new TarReader(file);
        var group = new Group("", default);
        var record = 0L;
        try
        {
            while (tar.GetNextEntry() is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                record++;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    continue;
                }

                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
                var key = dot < 0 ? name : name[..dot];
                if (key != group.Key)
                {
                    Add(group, split, writer);
                    group = new Group(key, new SourceLocation(shard, record, entry.DataOffset));
                }

                group.Members.Add((dot < 0 ? "" : name[(dot + 1)..].ToLowerInvariant(), new SourceLocation(shard, record, entry.DataOffset), entry.Length));
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DatasetRecordException(new SourceLocation(shard, record + 1, file.Position), $"is no whole tar file: {e.Message} Fetch it again; compressed shards must be unpacked first.", e);
        }
        finally
        {
            Add(group, split, writer);
        }
    }

    private void Add(Group group, Split? split, IndexWriter writer)
    {
        if (group.Members.Count == 0)
        {
            return;
        }

        writer.Try(() =>
        {
            var pictures = group.Members.Where(member => PictureFiles.IsPicture("." + member.Extension)).ToList();
            var id = group.Key;
            if (group.Members.Find(member => member.Extension == "json") is { Length: > 0 } json)
            {
                id = _columns.Text(Json.Fields(json.Source, Slice.Read(json.Source, (int)json.Length)), "id") ?? id;
            }

            if (pictures.Count > 1)
            {
                throw new DatasetRecordException(group.Source, $"begins '{group.Key}' with {pictures.Count} pictures; an example has one.");
            }

            var picture = pictures.Count == 0 ? null : new PictureLocation(pictures[0].Source.File, pictures[0].Source.Offset, pictures[0].Length);
            if (!writer.AddExample(id, split, group.Source, picture))
            {
                throw new DatasetRecordException(group.Source, $"has the key '{id}', which an earlier example has.");
            }

            foreach (var (extension, source, length) in group.Members)
            {
                if (KindOf(extension) is { } kind)
                {
                    writer.AddPart(id, kind, source, (int)length);
                }
            }
        });
    }

    private static int? KindOf(string extension) => extension switch
    {
        "txt" or "caption" or "text" => Caption,
        "json" => Record,
        "cls" => Class,
        _ => null,
    };

    private sealed record Group(string Key, SourceLocation Source)
    {
        public List<(string Extension, SourceLocation Source, long Length)> Members { get; } = [];
    }
}
