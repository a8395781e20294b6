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
        try
        {
            VisionEncoder = Serves(PackParts.Vision, PackCapabilities.ImageEmbedding, PackCapabilities.ImageFeatures) ? new VisionEncoder(pack, options, shared, time) : null;
            TextEncoder = Serves(PackParts.Text, PackCapabilities.TextEmbedding) ? new TextEncoder(pack, options, shared, time) : null;
            Decoder = Serves(PackParts.Decoder, PackCapabilities.Chat, PackCapabilities.Completion) ? DecoderEngine.Load(pack, options, time) : null;
        }
        catch
        {
            Dispose();
            throw;
        }

        bool Serves(PackParts part, params ReadOnlySpan<string> anyOf)
        {
            var has = false;
            foreach (var capability in anyOf)
            {
                has |= pack.Has(capability);
            }

            return has && parts.HasFlag(part);
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
    public VisionEncoder RequireVisionEncoder() => VisionEncoder ?? throw Missing(PackCapabilities.ImageEmbedding);

    /// <exception cref="MeshException">CapabilityMissing.</exception>
    public TextEncoder RequireTextEncoder() => TextEncoder ?? throw Missing(PackCapabilities.TextEmbedding);

    /// <exception cref="MeshException">CapabilityMissing.</exception>
    public DecoderEngine RequireDecoder() => Decoder ?? throw Missing(PackCapabilities.Chat);

    public void Dispose()
    {
        VisionEncoder?.Dispose();
        TextEncoder?.Dispose();
        Decoder?.Dispose();
    }

    private MeshException Missing(string capability) =>
        new(ErrorReason.CapabilityMissing, $"The model '{Pack.Name}' does not offer {capability}; it offers {string.Join(", ", Pack.Capabilities)}.");
}
