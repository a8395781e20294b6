using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Selection;

/// <summary>The files of a repository that make up a pack, and those that stay where they are.</summary>
public sealed record PackSelection(IReadOnlyList<HubFile> Files, IReadOnlyList<HubFile> LeftOut)
{
    internal const string Manifest = "pack.json";

    /// <summary>Files beside the graphs, by name; they lie at the repository's top.</summary>
    private static readonly HashSet<string> Companions = new(StringComparer.Ordinal)
    {
        "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt",
        "chat_template.json", "chat_template.jinja", "README.md", "NOTICE", "NOTICE.txt", "NOTICE.md",
    };

    /// <summary>Graphs that another one replaces: the towers of a two-tower model are better apart, a merged decoder has both of its branches.</summary>
    private static readonly (string Part, string[] Unless)[] Replaced =
    [
        ("model", ["text_model", "vision_model"]),
        ("decoder_model", ["decoder_model_merged"]),
        ("decoder_with_past_model", ["decoder_model_merged"]),
    ];

    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Picks the files of a repository in the published layout.</summary>
    /// <exception cref="MeshException">PackInvalid: there is no pack in it, or not in that variant. InvalidRequest: there is no such variant.</exception>
    internal static PackSelection OfPublished(IReadOnlyList<HubFile> files, string repository, string variant)
    {
        var wanted = GraphVariant.Find(variant);
        var graphs = GraphFile.In(files);
        if (graphs.Count == 0)
        {
            throw NoPack(repository, "it has no graph (*.onnx); look for a conversion of the model to ONNX, such as those of onnx-community");
        }

        foreach (var needed in (string[])["config.json", "tokenizer.json"])
        {
            if (!files.Any(file => file.Path == needed))
            {
                throw NoPack(repository, $"it has no {needed}");
            }
        }

        var parts = graphs.GroupBy(graph => graph.Part).ToList();
        var names = parts.Select(part => part.Key).ToHashSet(StringComparer.Ordinal);
        var chosen = parts
            .Where(part => !Array.Exists(Replaced, rule => rule.Part == part.Key && rule.Unless.Any(names.Contains)))
            .Select(part => wanted.Select(one => part.FirstOrDefault(graph => graph.Variant == one)).FirstOrDefault(graph => graph is not null)
                ?? throw NoPack(repository, $"'{part.Key}' is not published as {variant}, only as {string.Join(", ", part.Select(graph => graph.Variant.Name))}; choose another --variant"))
            .SelectMany(graph => graph.Data.Prepend(graph.File));
        return Split(files, [.. chosen, .. files.Where(IsCompanion)], repository);
    }

    /// <summary>Picks the files that a repository's own <c>pack.json</c> lists.</summary>
    /// <exception cref="MeshException">PackInvalid.</exception>
    internal static PackSelection OfManifest(IReadOnlyList<HubFile> files, string repository, ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var listed = json.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()).ToHashSet(StringComparer.Ordinal);
            if (listed.FirstOrDefault(path => !files.Any(file => file.Path == path)) is { } missing)
            {
                throw NoPack(repository, $"its {Manifest} lists '{missing}', which is not there");
            }

            return Split(files, [.. files.Where(file => listed.Contains(file.Path) || file.Path == Manifest || IsCompanion(file))], repository);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw NoPack(repository, $"its {Manifest} has no list of files");
        }
    }

    private static PackSelection Split(IReadOnlyList<HubFile> files, HashSet<HubFile> chosen, string repository)
    {
        if (chosen.FirstOrDefault(file => !HubPath.IsPortable(file.Path)) is { } unfit)
        {
            throw NoPack(repository, $"the name of its file '{unfit.Path}' is not one on every system");
        }

        if (chosen.GroupBy(file => file.Path, StringComparer.OrdinalIgnoreCase).FirstOrDefault(twins => twins.Count() > 1) is { } twin)
        {
            throw NoPack(repository, $"it has several files named '{twin.Key}' but for upper and lower case");
        }

        return new PackSelection(
            [.. chosen.OrderBy(file => file.Bytes).ThenBy(file => file.Path, StringComparer.Ordinal)],
            [.. files.Where(file => !chosen.Contains(file)).OrderBy(file => file.Path, StringComparer.Ordinal)]);
    }

    private static bool IsCompanion(HubFile file) =>
        Companions.Contains(file.Path)
        || (!file.Path.Contains('/') && (file.Path.StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase) || file.Path.StartsWith("LICENCE", StringComparison.OrdinalIgnoreCase)));

    private static MeshException NoPack(string repository, string why) => new(ErrorReason.PackInvalid, $"'{repository}' cannot be a pack: {why}.");
}
