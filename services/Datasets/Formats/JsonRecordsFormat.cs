using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>A user's own JSON: a record on every line (<c>.jsonl</c>), or one array of records (<c>.json</c>).</summary>
internal sealed class JsonRecordsFormat(DatasetOptions options) : TableFormat(options)
{
    public override string Name => "JSON records";

    public override IReadOnlyList<string> IndexedFiles(DatasetRoot root) =>
        [.. root.Files.Where(file => IsLines(file) || (file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && StartsWithArray(file)))];

    protected override IEnumerable<TableRecord> Records(string file, IndexWriter writer)
    {
        if (IsLines(file))
        {
            using var scanner = new LineScanner(file);
            while (scanner.Next() is { } line)
            {
                yield return new TableRecord(line.Source, line.Text.Length, () => Parse(line.Source, line.Text, (_, _) => null));
            }
        }
        else
        {
            using var scanner = new JsonArrayScanner(file, [""]);
            while (scanner.Next() is { } element)
            {
                yield return new TableRecord(element.Source, element.Json.Length, () => Parse(element.Source, element.Json, (_, _) => null));
            }
        }
    }

    protected override IReadOnlyDictionary<string, JsonElement> Parse(SourceLocation source, ReadOnlyMemory<byte> bytes, Func<string, string, string?> names) =>
        Json.Fields(source, bytes);

    private static bool IsLines(string file) => file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);

    private static bool StartsWithArray(string file)
    {
        using var reader = new StreamReader(file);
        int c;
        do
        {
            c = reader.Read();
        }
        while (c >= 0 && char.IsWhiteSpace((char)c));
        return c == '[';
    }
}
