using System.Collections.Concurrent;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Trainer.Model;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>Pictures as the served pack sees them, through the same decoder and the same <c>preprocessor_config.json</c>. Thread-safe.</summary>
internal sealed class PictureView(PicturePreprocessor preprocessor, PictoShape shape) : IDisposable
{
    // 27 KB each: a small data set is decoded once, a large one fills a quarter of a gigabyte and no more.
    private const int CachedPictures = 10_000;

    private readonly ConcurrentDictionary<PictureLocation, byte[]> _cache = new();
    private readonly PictureDecoder _decoder = new(new PictureLimits());

    /// <summary>[patches]: nothing is known about them.</summary>
    public short[] NoLabels { get; } = new short[shape.Patches];

    /// <returns>RGB, [size, size, 3]; shared, do not write to it.</returns>
    /// <exception cref="MeshException">The picture is missing, damaged, too large, or of no known format.</exception>
    public async Task<byte[]> ReadAsync(PictureLocation location, CancellationToken cancellationToken)
    {
        if (_cache.TryGetValue(location, out var pixels))
        {
            return pixels;
        }

        try
        {
            var picture = await _decoder.DecodeAsync(await location.ReadAsync(cancellationToken), preprocessor.ShortestEdge, cancellationToken);
            pixels = preprocessor.Fit(picture).Rgb;
        }
        catch (MeshException e) when (!e.Message.Contains(location.File, StringComparison.Ordinal))
        {
            throw new MeshException(e.Reason, $"{location.File}: {e.Message}", e);
        }

        if (_cache.Count < CachedPictures)
        {
            _cache.TryAdd(location, pixels);
        }

        return pixels;
    }

    public void Dispose() => _decoder.Dispose();
}
