using System.Globalization;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>Finds the picture of a record by its file name, else by its id in the ways that published sets name files.</summary>
public sealed class PictureFolder(string path)
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp"];

    private static readonly string[] CocoParts = ["train2014", "val2014", "test2015"];

    /// <returns>Null if there is no such file below the folder.</returns>
    public Picture? Find(string? fileName, string id) => Names(fileName, id).Select(Open).FirstOrDefault(picture => picture is not null);

    private static IEnumerable<string> Names(string? fileName, string id)
    {
        if (!string.IsNullOrEmpty(fileName))
        {
            yield return fileName;
        }

        foreach (var extension in Extensions)
        {
            yield return id + extension;
        }

        yield return id;
        if (long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            yield return $"{number:D12}.jpg";
            foreach (var part in CocoParts)
            {
                yield return $"COCO_{part}_{number:D12}.jpg";
            }
        }
    }

    private Picture? Open(string name)
    {
        // A record must not name files elsewhere: a report would show them.
        var root = Path.GetFullPath(path);
        var file = Path.GetFullPath(Path.Combine(root, name));
        return file.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(file)
            ? Picture.OfFile(name, file)
            : null;
    }
}
