using System.Security.Cryptography;
using System.Text.Json;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.OnnxGraphs;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>Writes model packs of real size with random weights: an encoder pair like CLIP, a decoder like SmolLM2.</summary>
internal static class BenchPack
{
    private const int Seed = 20_251;

    /// <summary>Writes <c>pack.json</c>, tokenizer, preprocessing and both towers.</summary>
    public static void WriteClip(string folder, string name, ClipShape shape)
    {
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        WriteGraph(folder, PackFiles.Vision, (g, weights) => new ClipGraphs(g, weights, shape).WriteVision());
        WriteGraph(folder, PackFiles.Text, (g, weights) => new ClipGraphs(g, weights, shape).WriteText());
        RandomTokenizer.WriteForTexts(Path.Combine(folder, PackFiles.Tokenizer), shape.Vocabulary);
        WriteJson(folder, PackFiles.Preprocessor, new
        {
            do_resize = true,
            size = new { shortest_edge = shape.ImageSize },
            resample = 3,
            do_center_crop = true,
            crop_size = new { height = shape.ImageSize, width = shape.ImageSize },
            do_rescale = true,
            rescale_factor = 1.0 / 255,
            do_normalize = true,
            image_mean = new[] { 0.48145466, 0.4578275, 0.40821073 },
            image_std = new[] { 0.26862954, 0.26130258, 0.27577711 },
        });
        WriteManifest(folder, new Dictionary<string, object>
        {
            ["name"] = name,
            ["capabilities"] = new[] { PackCapabilities.ImageEmbedding, PackCapabilities.TextEmbedding },
            ["dimensions"] = shape.Projection,
            ["text_context"] = shape.TextLength,
        });
    }

    /// <summary>Writes <c>pack.json</c>, tokenizer and the decoder. A greedy answer never ends before its limit.</summary>
    public static void WriteDecoder(string folder, string name, LlamaShape shape)
    {
        Directory.CreateDirectory(Path.Combine(folder, "onnx"));
        WriteGraph(folder, PackFiles.Decoder, (g, weights) => new LlamaGraph(g, weights, shape).Write(RandomTokenizer.EndId));
        RandomTokenizer.WriteForChat(Path.Combine(folder, PackFiles.Tokenizer), shape.Vocabulary);
        WriteManifest(folder, new Dictionary<string, object>
        {
            ["name"] = name,
            ["capabilities"] = new[] { PackCapabilities.Chat },
            ["context"] = shape.Context,
            ["chat"] = new { user = RandomTokenizer.User, assistant = RandomTokenizer.Assistant, end = RandomTokenizer.End },
        });
    }

    private static void WriteGraph(string folder, string file, Action<GraphBuilder, RandomWeights> write)
    {
        var path = Path.Combine(folder, file);
        var weights = new RandomWeights(Seed);
        using var values = new WeightFile(path + "_data");
        var graph = new GraphBuilder(Path.GetFileNameWithoutExtension(file), weights.Read, values);
        write(graph, weights);
        graph.Save(path);
    }

    private static void WriteManifest(string folder, Dictionary<string, object> manifest)
    {
        manifest["version"] = "1.0.0";
        manifest["license"] = "CC0-1.0";
        manifest["description"] = "Random weights, for measuring.";
        manifest["files"] = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => new
        {
            path = Path.GetRelativePath(folder, path).Replace('\\', '/'),
            sha256 = Sha256(path),
            bytes = new FileInfo(path).Length,
        }).ToArray();
        WriteJson(folder, PackFiles.Manifest, manifest);
    }

    private static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static void WriteJson(string folder, string file, object content) =>
        File.WriteAllBytes(Path.Combine(folder, file), JsonSerializer.SerializeToUtf8Bytes(content));
}
