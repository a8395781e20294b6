using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>A graph of a published pack in the variant that was chosen.</summary>
/// <param name="RelativePath">Within the pack's folder, with forward slashes.</param>
internal sealed record PublishedGraph(string RelativePath, string Variant, OnnxSignature Signature);

/// <summary>A folder as it lies on disk after a download from a hub: <c>config.json</c> and its companions, graphs in <c>onnx/</c> or at the root.</summary>
internal sealed class PublishedFolder
{
    private const string ConfigName = "config.json";
    private const int WeightSample = 1 << 20;

    private static readonly string[] GraphFolders = ["onnx/", ""];

    // What decides how a pack answers; together with the graphs' names and sizes it stands for a version, which such a folder does not have.
    private static readonly string[] Identity =
        [ConfigName, "generation_config.json", PackFiles.Preprocessor, "processor_config.json", PackFiles.Tokenizer, "tokenizer_config.json", "chat_template.json", "chat_template.jinja"];

    private readonly string _variant;
    private readonly string _device;
    private readonly Dictionary<string, PublishedGraph> _graphs = new(StringComparer.Ordinal);

    public PublishedFolder(string directory, string variant, string device)
    {
        Directory = directory;
        _variant = variant;
        _device = device;
        Config = JsonFile.Open(FilePath(ConfigName));
        ModelType = Config.OptionalText("model_type") ?? "";
    }

    public string Directory { get; }

    /// <summary>The folder's name is the pack's.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Directory));

    public JsonFile Config { get; }

    /// <summary>What <c>config.json</c> calls <c>model_type</c>; empty where it is silent.</summary>
    public string ModelType { get; }

    /// <summary>Whether a folder has this layout: no pack.json, but config.json and graphs.</summary>
    public static bool Is(string directory) =>
        !File.Exists(Path.Combine(directory, PackFiles.Manifest))
        && File.Exists(Path.Combine(directory, ConfigName))
        && GraphFolders.Any(folder => GraphNames(Path.Combine(directory, folder)).Any());

    public string FilePath(string name) => Path.Combine(Directory, name);

    /// <summary>A JSON file of the folder, or null where there is none.</summary>
    public JsonFile? Optional(string name) => File.Exists(FilePath(name)) ? JsonFile.Open(FilePath(name)) : null;

    /// <summary>Whether the config names one of these architectures.</summary>
    public bool HasArchitecture(string ending) => Config.Texts("architectures").Any(name => name.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>Whether a graph is there in any variant.</summary>
    public bool HasGraph(string stem) => Variants(stem).Any();

    /// <summary>A graph in the configured variant.</summary>
    /// <param name="stem">File name without suffix and ending, such as <c>text_model</c>.</param>
    /// <exception cref="MeshException">PackInvalid: it is missing, or not in this variant, and what there is; or the file is damaged.</exception>
    public PublishedGraph Graph(string stem)
    {
        if (_graphs.TryGetValue(stem, out var known))
        {
            return known;
        }

        foreach (var variant in GraphVariant.Preference(_variant, _device))
        {
            foreach (var folder in GraphFolders)
            {
                var relative = $"{folder}{stem}{GraphVariant.Suffix(variant)}.onnx";
                if (File.Exists(FilePath(relative)))
                {
                    return _graphs[stem] = new PublishedGraph(relative, variant, OnnxSignature.Read(FilePath(relative)));
                }
            }
        }

        var there = string.Join(", ", Variants(stem));
        throw new MeshException(
            ErrorReason.PackInvalid,
            there.Length > 0
                ? $"{Directory}: there is no {stem}{GraphVariant.Suffix(_variant)}.onnx for the configured Variant '{_variant}'; there is: {there}."
                : $"{Directory}: the graph onnx/{stem}.onnx is missing; there is: {string.Join(", ", AllGraphs())}.");
    }

    /// <summary>All graphs, for messages.</summary>
    public IEnumerable<string> AllGraphs() =>
        GraphFolders.SelectMany(folder => GraphNames(FilePath(folder)).Select(path => folder + Path.GetFileName(path))).Order(StringComparer.Ordinal);

    /// <summary>A hash of what makes this pack answer as it does: the same files give the same, on every machine.</summary>
    public string Version()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Identity.Where(name => File.Exists(FilePath(name))))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(File.ReadAllBytes(FilePath(name)));
        }

        foreach (var graph in _graphs.Values.OrderBy(graph => graph.RelativePath, StringComparer.Ordinal))
        {
            foreach (var path in ExternalData(graph.RelativePath).Prepend(graph.RelativePath))
            {
                AppendWeights(hash, path);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }

    private void AppendWeights(IncrementalHash hash, string relativePath)
    {
        // All of a file of gigabytes would cost seconds at every start; its end holds enough of the weights to tell a retrained model.
        using var stream = File.OpenRead(FilePath(relativePath));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{relativePath}:{stream.Length}")));
        var end = new byte[Math.Min(stream.Length, WeightSample)];
        stream.Position = stream.Length - end.Length;
        stream.ReadExactly(end);
        hash.AppendData(end);
    }

    private IEnumerable<string> ExternalData(string graph) => new[] { graph + "_data", graph + ".data" }.Where(path => File.Exists(FilePath(path)));

    private IEnumerable<string> Variants(string stem) => GraphVariant.All.Where(
        variant => GraphFolders.Any(folder => File.Exists(FilePath($"{folder}{stem}{GraphVariant.Suffix(variant)}.onnx"))));

    private static IEnumerable<string> GraphNames(string folder) =>
        System.IO.Directory.Exists(folder) ? System.IO.Directory.EnumerateFiles(folder, "*.onnx") : [];
}
