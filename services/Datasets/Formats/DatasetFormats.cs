using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>The formats, the most special first: a folder of Visual Genome is one of JSON records, too.</summary>
internal static class DatasetFormats
{
    public static IReadOnlyList<IDatasetFormat> All(DatasetOptions options) =>
    [
        new VisualGenomeFormat(),
        new VqaFormat(),
        new KarpathyFormat(),
        new Flickr30kFormat(),
        new CocoFormat(),
        new WebDatasetFormat(options),
        new JsonRecordsFormat(options),
        new CsvFormat(options),
        new ImageFolderFormat(),
    ];

    /// <exception cref="MeshException">DatasetInvalid: it is none of them.</exception>
    public static IDatasetFormat Of(DatasetRoot root) =>
        All(root.Options).FirstOrDefault(format => format.Recognises(root)) ?? throw new MeshException(
            ErrorReason.DatasetInvalid, $"{root.Path} is no data set that is known: {string.Join(", ", All(root.Options).Select(format => format.Name))}. See docs/datasets.md.");

    public static IDatasetFormat Named(string name, DatasetOptions options) => All(options).First(format => format.Name == name);
}
