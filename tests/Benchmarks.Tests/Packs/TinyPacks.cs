using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Tests.Packs;

/// <summary>The generator's packs at a tiny size, opened as a process would open them.</summary>
public sealed class TinyPacks : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("bench-packs-").FullName;

    public TinyPacks()
    {
        BenchPack.WriteClip(Path.Combine(_root, "towers"), "towers", ClipShape.Tiny);
        BenchPack.WriteDecoder(DecoderFolder, "decoder", LlamaShape.Tiny);
        BenchPack.WriteDecoder(Path.Combine(_root, "fused"), "fused", LlamaShape.Tiny with { Fused = true });
        Catalog = PackCatalog.Load([_root], PackParts.All, new InferenceOptions { PrefixCacheBytes = 0 });
    }

    public PackCatalog Catalog { get; }

    public string DecoderFolder => Path.Combine(_root, "decoder");

    public string DecoderGraph => Path.Combine(DecoderFolder, PackFiles.Decoder);

    public string FusedGraph => Path.Combine(_root, "fused", PackFiles.Decoder);

    public void Dispose()
    {
        Catalog.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
