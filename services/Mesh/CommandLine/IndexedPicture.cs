using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary>How a picture of a folder is named in a collection: by its path below the folder, with forward slashes.</summary>
internal static class IndexedPicture
{
    public static IReadOnlyList<FileInfo> Find(DirectoryInfo folder) =>
    [
        .. folder
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .Where(file => PictureFiles.IsPicture(file.Name))
            .OrderBy(file => file.FullName, StringComparer.Ordinal),
    ];

    public static string IdOf(DirectoryInfo folder, FileInfo file) =>
        Path.GetRelativePath(folder.FullName, file.FullName).Replace('\\', '/');

    public static string NameOf(SearchHit hit) =>
        hit.Payload is { } payload && payload.TryGetProperty("path", out var path) && path.GetString() is { } text ? text : hit.Id;
}
