using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Selection;

/// <summary>A graph of a repository: what it computes, in which precision, and the weights that lie outside of it.</summary>
/// <param name="Part">Its name without the precision: <c>vision_model</c>.</param>
/// <param name="Variant">The precision.</param>
/// <param name="File"><c>onnx/vision_model_fp16.onnx</c>.</param>
/// <param name="Data"><c>onnx/vision_model_fp16.onnx_data</c>, <c>…onnx_data_1</c>.</param>
internal sealed record GraphFile(string Part, GraphVariant Variant, HubFile File, IReadOnlyList<HubFile> Data)
{
    private const string Extension = ".onnx";

    /// <summary>The graphs in <c>onnx/</c>, or those at the top where there are none; graphs of folders below are left alone.</summary>
    public static IReadOnlyList<GraphFile> In(IReadOnlyList<HubFile> files) => In(files, "onnx/") is { Count: > 0 } graphs ? graphs : In(files, "");

    private static List<GraphFile> In(IReadOnlyList<HubFile> files, string folder) =>
    [
        .. files
            .Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal)
                && file.Path.EndsWith(Extension, StringComparison.Ordinal)
                && file.Path.IndexOf('/', folder.Length) < 0)
            .Select(file => From(file, file.Path[folder.Length..^Extension.Length], files)),
    ];

    private static GraphFile From(HubFile file, string name, IReadOnlyList<HubFile> files)
    {
        var variant = GraphVariant.All
            .Where(variant => variant.Suffix.Length < name.Length && name.EndsWith(variant.Suffix, StringComparison.Ordinal))
            .MaxBy(variant => variant.Suffix.Length) ?? GraphVariant.All[0];
        return new GraphFile(name[..^Math.Min(variant.Suffix.Length, name.Length)], variant, file, [.. files.Where(data => IsDataOf(data.Path, file.Path))]);
    }

    private static bool IsDataOf(string path, string graph) =>
        path.StartsWith($"{graph}_data", StringComparison.Ordinal) || path.StartsWith($"{graph}.data", StringComparison.Ordinal);
}
