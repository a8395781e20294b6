using Microsoft.ML.OnnxRuntime;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Pictures;

namespace MultiModalMesh.Benchmarks.Baselines;

/// <summary>Pictures to embeddings in a loop: decode one after the other on the calling thread, then run them as a batch.</summary>
internal sealed class BareVision : IDisposable
{
    private static readonly PictureLimits Limits = new();

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly PicturePreprocessor _preprocessor;
    private readonly long[] _shape;
    private float[] _pixels = [];

    public BareVision(ModelPack pack, int threads)
    {
        _preprocessor = pack.Preprocessor!;
        var (height, width) = _preprocessor.OutputSize!.Value;
        _shape = [Picture.Channels, height, width];
        _session = BareSession.Open(pack.FilePath(PackFiles.Vision), threads);
    }

    /// <param name="pictures">Encoded files.</param>
    /// <returns>[pictures, dimensions], not normalised; the caller disposes.</returns>
    public IDisposableReadOnlyCollection<OrtValue> Encode(ReadOnlySpan<byte[]> pictures)
    {
        var size = (int)(_shape[0] * _shape[1] * _shape[2]);
        Array.Resize(ref _pixels, pictures.Length * size);
        for (var i = 0; i < pictures.Length; i++)
        {
            _preprocessor.PixelValues(PictureReader.Read(pictures[i], Limits, _preprocessor.ShortestEdge)).CopyTo(_pixels, i * size);
        }

        using var input = OrtValue.CreateTensorValueFromMemory(_pixels, [pictures.Length, .. _shape]);
        return _session.Run(_options, ["pixel_values"], [input], ["image_embeds"]);
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
    }
}
