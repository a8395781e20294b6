namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>The generated packs on disk, made when first asked for. Files of another version of the generator are never used.</summary>
/// <param name="root">Folder; null: the user's cache folder.</param>
/// <param name="log">Receives a line where a pack is made, which takes a while.</param>
internal sealed class PackCache(string? root, Action<string> log)
{
    /// <summary>Raise with every change of what is generated.</summary>
    private const string GeneratorVersion = "2";

    private readonly string _root = Path.Combine(root ?? DefaultRoot(), GeneratorVersion);

    /// <summary>ViT-B/32 and its text tower, 605 MB.</summary>
    public string Clip => Get("clip-vit-b32", folder => BenchPack.WriteClip(folder, "clip-vit-b32", ClipShape.VitB32));

    /// <summary>SmolLM2-135M, 540 MB.</summary>
    public string Decoder => Get("smollm2-135m", folder => BenchPack.WriteDecoder(folder, "smollm2-135m", LlamaShape.SmolLm2));

    /// <summary>The same with the runtime's fused attention, 540 MB.</summary>
    public string FusedDecoder => Get("smollm2-135m-fused", folder => BenchPack.WriteDecoder(folder, "smollm2-135m-fused", LlamaShape.SmolLm2 with { Fused = true }));

    /// <summary>A decoder that costs next to nothing.</summary>
    public string TinyDecoder => Get("tiny-decoder", folder => BenchPack.WriteDecoder(folder, "tiny-decoder", LlamaShape.Tiny));

    /// <summary>A decoder whose prompts cost something and of which several fit on a laptop, 15 MB.</summary>
    public string SmallDecoder => Get("small-decoder", folder => BenchPack.WriteDecoder(folder, "small-decoder", LlamaShape.Small));

    private static string DefaultRoot() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "multimodalmesh", "benchmarks");

    private string Get(string name, Action<string> write)
    {
        var folder = Path.Combine(_root, name);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        // Made aside and moved: a run that was broken off leaves no half pack behind.
        var making = Path.Combine(_root, $".{name}-{Environment.ProcessId}");
        log($"Making the pack '{name}' in {folder}");
        write(making);
        Directory.Move(making, folder);
        return folder;
    }
}
