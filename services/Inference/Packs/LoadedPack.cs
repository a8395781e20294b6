using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Encoders;

namespace MultiModalMesh.Inference.Packs;

/// <summary>Which models of its packs a process opens.</summary>
[Flags]
public enum PackParts
{
    None = 0,
    Vision = 1,
    Text = 2,
    Decoder = 4,
    All = Vision | Text | Decoder,
}

/// <summary>A pack with the models that this process serves.</summary>
public sealed class LoadedPack : IDisposable
{
    internal LoadedPack(ModelPack pack, PackParts parts, InferenceOptions options, SharedEncoding shared, TimeProvider time)
    {
        Pack = pack;
        var serves = PartsOf(pack) & parts;
        try
        {
            VisionEncoder = serves.HasFlag(PackParts.Vision) ? new VisionEncoder(pack, options, shared, time) : null;
            TextEncoder = serves.HasFlag(PackParts.Text) ? new TextEncoder(pack, options, shared, time) : null;
            Decoder = serves.HasFlag(PackParts.Decoder) ? DecoderEngine.Load(pack, options, time) : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ModelPack Pack { get; }

    /// <summary>Null where the pack, or this process, has none.</summary>
    public VisionEncoder? VisionEncoder { get; }

    /// <summary>Null where the pack, or this process, has none.</summary>
    public TextEncoder? TextEncoder { get; }

    /// <summary>Null where the pack, or this process, has none.</summary>
    public DecoderEngine? Decoder { get; }

    /// <exception cref="MeshException">CapabilityMissing.</exception>
    public VisionEncoder RequireVisionEncoder() => VisionEncoder ?? throw Missing(Pack, PackParts.Vision);

    /// <exception cref="MeshException">CapabilityMissing.</exception>
    public TextEncoder RequireTextEncoder() => TextEncoder ?? throw Missing(Pack, PackParts.Text);

    /// <exception cref="MeshException">CapabilityMissing.</exception>
    public DecoderEngine RequireDecoder() => Decoder ?? throw Missing(Pack, PackParts.Decoder);

    public void Dispose()
    {
        VisionEncoder?.Dispose();
        TextEncoder?.Dispose();
        Decoder?.Dispose();
    }

    /// <summary>The models that a pack has.</summary>
    internal static PackParts PartsOf(ModelPack pack) =>
        (pack.Has(PackCapabilities.ImageEmbedding) || pack.Has(PackCapabilities.ImageFeatures) ? PackParts.Vision : PackParts.None)
        | (pack.Has(PackCapabilities.TextEmbedding) ? PackParts.Text : PackParts.None)
        | (pack.Has(PackCapabilities.Chat) || pack.Has(PackCapabilities.Completion) ? PackParts.Decoder : PackParts.None);

    internal static MeshException Missing(ModelPack pack, PackParts part)
    {
        var capability = part switch
        {
            PackParts.Vision => PackCapabilities.ImageEmbedding,
            PackParts.Text => PackCapabilities.TextEmbedding,
            _ => PackCapabilities.Chat,
        };
        return new MeshException(ErrorReason.CapabilityMissing, $"The model '{pack.Name}' does not offer {capability}; it offers {string.Join(", ", pack.Capabilities)}.");
    }
}
