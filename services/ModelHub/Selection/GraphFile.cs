using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Selection;

/// <summary>A graph of a repository: what it computes, in which precision, and the weights that lie outside of it.</summary>
/// <param name="Part">Its name without the precision: <c>vision_model</c>.</param>
/// <param name="Suffix">The precision, as in <see cref="GraphVariant.Suffixes"/>.</param>
/// <param name="File"><c>onnx/vision_model_fp16.onnx</c>.</param>
/// <param name="Data"><c>onnx/vision_model_fp16.onnx_data</c>, <c>…onnx_data_1</c>.</param>
internal sealed record GraphFile(string Part, string Suffix, HubFile File, IReadOnlyList<HubFile> Data)
{
    private const string Folder = "onnx/";
    private const string Extension = ".onnx";

    /// <summary>The graphs in <c>onnx/</c>; those of folders below it are left alone.</summary>
    public static IReadOnlyList<GraphFile> In(IReadOnlyList<HubFile> files) =>
    [
        .. files
            .Where(file => file.Path.StartsWith(Folder, StringComparison.Ordinal)
                && file.Path.EndsWith(Extension, StringComparison.Ordinal)
                && file.Path.IndexOf('/', Folder.Length) < 0)
            .Select(file => From(file, files)),
    ];

    private static GraphFile From(HubFile file, IReadOnlyList<HubFile> files)
    {
        var name = file.Path[Folder.Length..^Extension.Length];
        var suffix = GraphVariant.All
            .SelectMany(variant => variant.Suffixes)
            .Where(end => end.Length < name.Length && name.EndsWith(end, StringComparison.Ordinal))
            .MaxBy(end => end.Length) ?? "";
        return new GraphFile(name[..^suffix.Length], suffix, file, [.. files.Where(data => IsDataOf(data.Path, file.Path))]);
    }

    private static bool IsDataOf(string path, string graph) =>
        path.StartsWith($"{graph}_data", StringComparison.Ordinal) || path.StartsWith($"{graph}.data", StringComparison.Ordinal);
}
