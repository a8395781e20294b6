using System.Text;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>
/// Pictures in folders. A folder is a class (<c>cat/1.jpg</c>), below one that may name a split (<c>train/cat/1.jpg</c>); a text file beside a
/// picture with its name is its caption.
/// </summary>
internal sealed class ImageFolderFormat : IDatasetFormat
{
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    public string Name => "image folder";

    public bool Recognises(DatasetRoot root) => root.Path == root.Folder && Pictures(root).Any();

    public IReadOnlyList<string> IndexedFiles(DatasetRoot root) => [];

    public void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken)
    {
        foreach (var file in Pictures(root).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var id = Path.GetRelativePath(root.Folder, file).Replace('\\', '/');
            var folders = id.Split('/')[..^1];
            var source = new SourceLocation(file, 0, 0);
            var split = folders.Length > 0 ? SplitChoice.FromWord(folders[0]) : null;
            var classes = split is null ? folders : folders[1..];
            writer.AddExample(id, split, source, new PictureLocation(file), classes.Length > 0 ? string.Join('/', classes) : null);
            var caption = new FileInfo(Path.ChangeExtension(file, ".txt"));
            if (caption.Exists)
            {
                writer.AddPart(id, 0, new SourceLocation(caption.FullName, 0, 0), (int)caption.Length);
            }
        }
    }

    public void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example) => example.Captions.Add(Encoding.UTF8.GetString(bytes.Span).Trim());

    private static IEnumerable<string> Pictures(DatasetRoot root) => Directory.EnumerateFiles(root.Folder, "*", All).Where(PictureFiles.IsPicture);
}
