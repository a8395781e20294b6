using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MultiModalMesh.Datasets.Formats;

namespace MultiModalMesh.Datasets.Index;

/// <summary>Where the index of a data set is kept. It is made beside and renamed, so that it is whole or not there, and found again while the files stay the same.</summary>
internal static class IndexFile
{
    public static DatasetIndex Open(DatasetRoot root, IDatasetFormat format, CancellationToken cancellationToken)
    {
        var isKept = root.Options.IndexFolder is not null && format.IndexedFiles(root).Count > 0;
        var folder = isKept ? root.Options.IndexFolder! : Path.GetTempPath();
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, isKept ? $"{Fingerprint(root, format)}.index" : $"{Path.GetRandomFileName()}.index");
        if (!File.Exists(path))
        {
            Make(path, root, format, cancellationToken);
        }

        return new DatasetIndex(path, isTemporary: !isKept);
    }

    private static void Make(string path, DatasetRoot root, IDatasetFormat format, CancellationToken cancellationToken)
    {
        var unfinished = $"{path}.{Environment.ProcessId}.new";
        try
        {
            using (var writer = new IndexWriter(unfinished, root.Options.OnError))
            {
                format.Index(root, writer, cancellationToken);
                writer.Finish(format.Name, root.Options);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Of the options and of the files' names, sizes and times.</summary>
    private static string Fingerprint(DatasetRoot root, IDatasetFormat format)
    {
        var options = root.Options;
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{IndexSchema.Version} {format.Name} {root.Path} {options.OnError} {options.Pictures} {options.NeedsPictures} ")
            .Append(CultureInfo.InvariantCulture, $"{options.ValidationShare} {options.TestShare} {options.SplitSeed} ")
            .AppendJoin(',', options.Columns.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}={c.Value}"));
        foreach (var file in format.IndexedFiles(root).Select(file => new FileInfo(file)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }
}
