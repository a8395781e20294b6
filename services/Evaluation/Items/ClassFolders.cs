namespace MultiModalMesh.Evaluation.Items;

/// <summary>A folder whose sub-folders are named after the class of the pictures in them.</summary>
public static class ClassFolders
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif" };

    public static EvaluationSet Read(string path)
    {
        var file = new DataFile(path);
        if (!Directory.Exists(path))
        {
            throw file.Refuse("the folder", "it is not there");
        }

        var items = Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Where(name => Extensions.Contains(Path.GetExtension(name)))
                .Select(name => (Label: Path.GetFileName(folder), File: name)))
            .Select(pair => (pair.Label, pair.File, Id: Path.GetRelativePath(path, pair.File).Replace('\\', '/')))
            .Select(entry => new EvaluationItem(entry.Id) { Picture = Picture.OfFile(entry.Id, entry.File), Label = entry.Label })
            .ToList();
        return new EvaluationSet(Path.GetFileName(Path.GetFullPath(path)), file, items);
    }
}
