namespace MultiModalMesh.Datasets.Formats;

/// <summary>Files that the product's picture decoder takes, by their names.</summary>
internal static class PictureFiles
{
    private static readonly HashSet<string> Extensions = new([".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic", ".heif"], StringComparer.OrdinalIgnoreCase);

    public static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path));
}
