using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>Looks for pictures by name in the folders where people keep them.</summary>
internal sealed class PictureFinder
{
    private static readonly EnumerationOptions TwoLevels = new() { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true };

    private readonly List<string> _folders;
    private readonly bool _isNeeded;
    private int _last;

    /// <summary>Below the folder that the user named, else below and beside the data set's own.</summary>
    public PictureFinder(DatasetRoot root)
    {
        _isNeeded = root.Options.NeedsPictures;
        var start = Path.GetFullPath(root.Options.Pictures ?? root.Folder);
        _folders = [start];
        if (Directory.Exists(start))
        {
            _folders.AddRange(Directory.EnumerateDirectories(start, "*", TwoLevels).Order(StringComparer.Ordinal));
        }

        // COCO's annotation files are usually unpacked into a folder of their own, beside those of the pictures.
        if (root.Options.Pictures is null && Path.GetFileName(start).Equals("annotations", StringComparison.OrdinalIgnoreCase) && Path.GetDirectoryName(start) is { } parent)
        {
            _folders.Add(parent);
            _folders.AddRange(Directory.EnumerateDirectories(parent, "*").Order(StringComparer.Ordinal));
        }
    }

    /// <param name="source">The record that needs it.</param>
    /// <param name="names">Relative paths under which it may be, the likeliest first.</param>
    /// <returns>Null only where pictures are not needed.</returns>
    /// <exception cref="DatasetRecordException">It is nowhere.</exception>
    public PictureLocation? Find(SourceLocation source, params ReadOnlySpan<string> names)
    {
        if (!_isNeeded)
        {
            return null;
        }

        foreach (var name in names)
        {
            // Pictures that follow each other mostly lie in one folder: one look suffices.
            for (var i = 0; i < _folders.Count; i++)
            {
                var at = (_last + i) % _folders.Count;
                var path = Path.GetFullPath(Path.Combine(_folders[at], name));
                if (IsBelow(path, _folders[at]) && File.Exists(path))
                {
                    _last = at;
                    return new PictureLocation(path);
                }
            }
        }

        throw new DatasetRecordException(source, $"needs the picture {names[0]}, which is neither in {_folders[0]} nor in a folder near it.");
    }

    /// <summary>A data set from elsewhere must not make the program read what its owner did not put there.</summary>
    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.EndsWith(Path.DirectorySeparatorChar) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
