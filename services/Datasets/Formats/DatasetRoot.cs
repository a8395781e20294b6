using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>The folder or file that a user named, and what is in it.</summary>
internal sealed class DatasetRoot
{
    private static readonly EnumerationOptions TwoLevels = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true };

    /// <exception cref="MeshException">DatasetInvalid: nothing is there.</exception>
    public DatasetRoot(string path, DatasetOptions options)
    {
        Path = System.IO.Path.GetFullPath(path);
        Options = options;
        if (File.Exists(Path))
        {
            Folder = System.IO.Path.GetDirectoryName(Path)!;
            Files = [Path];
        }
        else if (Directory.Exists(Path))
        {
            Folder = Path;
            Files = [.. Annotations("*.json").Concat(Annotations("*.jsonl")).Concat(Annotations("*.csv")).Concat(Annotations("*.tsv")).Concat(Annotations("*.token")).Concat(Annotations("*.tar")).Order(StringComparer.Ordinal)];
        }
        else
        {
            throw new MeshException(ErrorReason.DatasetInvalid, $"{Path} is not there. Name the folder of a data set, or its annotation file.");
        }
    }

    public string Path { get; }

    public string Folder { get; }

    public DatasetOptions Options { get; }

    /// <summary>Everything that could describe pictures, down to the second level; full paths in ordinal order.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Those whose name, without its folder, fits.</summary>
    public IReadOnlyList<string> Named(Func<string, bool> fits) => [.. Files.Where(file => fits(System.IO.Path.GetFileName(file)))];

    private IEnumerable<string> Annotations(string pattern) => Directory.EnumerateFiles(Path, pattern, TwoLevels);
}
