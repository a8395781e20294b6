using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Pictures;

namespace MultiModalMesh.Inference.Encoders;

/// <summary>What the encoders of all packs share: the picture decoder's threads and the caches of encodings.</summary>
internal sealed class SharedEncoding(InferenceOptions options, TimeProvider time) : IDisposable
{
    // Threads only where pictures are decoded: a text encoder's process has none.
    private readonly Lazy<PictureDecoder> _pictures = new(() => new PictureDecoder(options.Pictures, time));

    public PictureDecoder Pictures => _pictures.Value;

    public EncodingCache<ImageEncoding> Images { get; } =
        new("images", options.ImageCacheBytes, e => (long)(e.Embedding.Length + e.Features.Length) * sizeof(float), options.CacheLifetime, time);

    public EncodingCache<TextEncoding> Texts { get; } = new("texts", options.TextCacheBytes, e => (long)e.Embedding.Length * sizeof(float), options.CacheLifetime, time);

    public void Dispose()
    {
        Images.Dispose();
        Texts.Dispose();
        if (_pictures.IsValueCreated)
        {
            _pictures.Value.Dispose();
        }
    }
}
