using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Index;

/// <summary>Goes through a file record by record. A bad record is one problem; a file that is not readable from somewhere on is one, too, and ends with it.</summary>
internal static class Scan
{
    /// <param name="arrays">As in <see cref="JsonArrayScanner"/>.</param>
    /// <param name="add">Indexes one; may throw <see cref="DatasetRecordException"/>.</param>
    public static void Elements(IndexWriter writer, string file, string[] arrays, Action<ScannedElement> add, CancellationToken cancellationToken) => writer.Try(() =>
    {
        using var scanner = new JsonArrayScanner(file, arrays);
        while (scanner.Next() is { } element)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Try(() => add(element));
        }
    });

    /// <param name="add">Indexes one; may throw <see cref="DatasetRecordException"/>.</param>
    public static void Lines(IndexWriter writer, string file, Action<ScannedLine> add, CancellationToken cancellationToken) => writer.Try(() =>
    {
        using var scanner = new LineScanner(file);
        while (scanner.Next() is { } line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Try(() => add(line));
        }
    });
}
