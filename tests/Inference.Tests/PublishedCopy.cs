using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Tests;

/// <summary>A fixture's folder as it was downloaded, copied so that a test can change it; deleted at the end of the test.</summary>
internal sealed class PublishedCopy : IDisposable
{
    private PublishedCopy(string name)
    {
        Root = Directory.CreateTempSubdirectory("published-test-").FullName;
        Folder = Path.Combine(Root, name);
    }

    public string Root { get; }

    public string Folder { get; }

    public static PublishedCopy Of(string fixture)
    {
        var copy = new PublishedCopy(fixture);
        var source = Fixtures.Path(fixture);
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(path => !path.Contains("goldens", StringComparison.Ordinal)))
        {
            var target = Path.Combine(copy.Folder, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        return copy;
    }

    /// <summary>Changes one of the JSON files, which is made where there is none.</summary>
    public PublishedCopy Edit(string file, Action<JsonObject> change)
    {
        var path = Path.Combine(Folder, file);
        var json = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        change(json);
        File.WriteAllText(path, json.ToJsonString());
        return this;
    }

    public PublishedCopy Rename(string from, string to)
    {
        File.Move(Path.Combine(Folder, from), Path.Combine(Folder, to));
        return this;
    }

    public PublishedCopy Delete(string file)
    {
        File.Delete(Path.Combine(Folder, file));
        return this;
    }

    public ModelPack Load(string variant = "auto", string device = "cpu") => ModelPack.Load(Folder, variant: variant, device: device);

    public PackCatalog Catalog(InferenceOptions? options = null) => PackCatalog.Load([Root], PackParts.All, options ?? new InferenceOptions());

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
