using System.Globalization;
using System.Text;
using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>A user's own table with a header: commas, semicolons, bars or tabs between fields (RFC 4180).</summary>
internal sealed class CsvFormat(DatasetOptions options) : TableFormat(options)
{
    private const string Header = "header";

    public override string Name => "CSV";

    public override IReadOnlyList<string> IndexedFiles(DatasetRoot root) =>
        root.Named(name => name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase));

    protected override IEnumerable<TableRecord> Records(string file, IndexWriter writer)
    {
        string header;
        using (var first = new LineScanner(file))
        {
            header = first.Next() is { } line ? Encoding.UTF8.GetString(line.Text.Span) : "";
        }

        var separator = Fields.SeparatorOf(header);
        writer.AddName(Header, file, header);
        using var scanner = new LineScanner(file, separator);
        scanner.Next();
        while (scanner.Next() is { } record)
        {
            yield return new TableRecord(record.Source, record.Text.Length, () => Parse(record.Source, record.Text, (_, _) => header));
        }
    }

    protected override IReadOnlyDictionary<string, JsonElement> Parse(SourceLocation source, ReadOnlyMemory<byte> bytes, Func<string, string, string?> names)
    {
        var header = names(Header, source.File) ?? "";
        var separator = Fields.SeparatorOf(header);
        var columns = Fields.Of(header, separator);
        var fields = Fields.Of(Encoding.UTF8.GetString(bytes.Span), separator);
        if (fields.Count < columns.Count)
        {
            throw new DatasetRecordException(source, $"has {fields.Count} fields; the header names {columns.Count}.");
        }

        var record = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            // Tables written by pandas begin with a column without a name; others have fields behind the last named one.
            var name = i < columns.Count && columns[i].Trim() is { Length: > 0 } named ? named : string.Create(CultureInfo.InvariantCulture, $"column{i + 1}");
            record.TryAdd(name, JsonSerializer.SerializeToElement(fields[i].Trim()));
        }

        return record;
    }
}
