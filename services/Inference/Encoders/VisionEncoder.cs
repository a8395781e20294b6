using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Encoders;

/// <param name="Embedding">Length 1 in the Euclidean norm, as many numbers as the pack has dimensions. Shared with the cache: do not write to it.</param>
/// <param name="Features">Row-major <c>[FeatureTokens, FeatureWidth]</c>, for the decoder; empty for a pack without. Shared likewise.</param>
/// <param name="Model">The pack, as <c>name@version</c>.</param>
public sealed record ImageEncoding(float[] Embedding, float[] Features, int FeatureTokens, int FeatureWidth, string Model);

/// <summary>
/// Pictures to embeddings and patch features. Pictures are decoded on the picture decoder's threads, then wait in a bounded queue and are run
/// in batches; what was encoded lately comes from a cache. Safe for concurrent use.
/// </summary>
public sealed class VisionEncoder : IDisposable
{
    private const string PixelValues = "pixel_values";
    private const string ImageEmbeds = "image_embeds";
    private const string ImageFeatures = "image_features";

    private readonly ModelPack _pack;
    private readonly SharedEncoding _shared;
    private readonly GraphSession _graph;
    private readonly WorkQueue<EncodeJob> _queue;
    private readonly PicturePreprocessor _preprocessor;
    private readonly int _height;
    private readonly int _width;
    private readonly string[] _outputs;
    private readonly string _scope;

    internal VisionEncoder(ModelPack pack, InferenceOptions options, SharedEncoding shared, TimeProvider time)
    {
        _pack = pack;
        _shared = shared;
        _preprocessor = pack.Preprocessor!;
        (_height, _width) = _preprocessor.OutputSize
            ?? throw new MeshException(
                ErrorReason.PackInvalid, $"{pack.FilePath(PackFiles.Preprocessor)}: size and crop_size give no fixed height and width.");
        _graph = GraphSession.Open(pack.FilePath(PackFiles.Vision), options);
        try
        {
            _outputs = Check();
        }
        catch
        {
            _graph.Dispose();
            throw;
        }

        _scope = ContentKey.ScopeOf(pack, PackFiles.Vision, PackFiles.Preprocessor);
        _queue = new WorkQueue<EncodeJob>(
            new WorkQueueSettings("vision-encoder", options.EncoderQueueCapacity, options.EncoderMaxBatch, Threads: 1) { MaxDelay = options.EncoderMaxDelay },
            Run, time);
    }

    /// <inheritdoc cref="EncodeAsync(ReadOnlyMemory{byte}, Urgency, CancellationToken)"/>
    public Task<ImageEncoding> EncodeAsync(ReadOnlyMemory<byte> pictureBytes, CancellationToken cancellationToken = default) =>
        EncodeAsync(pictureBytes, default, cancellationToken);

    /// <summary>Decodes and encodes a picture.</summary>
    /// <param name="pictureBytes">The encoded file; must not change any more, since others who send the same may wait for this one.</param>
    /// <param name="urgency">How it waits.</param>
    /// <param name="cancellationToken">Honoured while waiting, and before decoding and encoding start.</param>
    /// <exception cref="MeshException">
    /// ImageTooLarge, ImageFormatUnsupported, ImageUnreadable, Overloaded with a delay, or DeadlineExceeded.
    /// </exception>
    public Task<ImageEncoding> EncodeAsync(ReadOnlyMemory<byte> pictureBytes, Urgency urgency, CancellationToken cancellationToken = default) =>
        _shared.Images.GetAsync(
            ContentKey.Of(_scope, pictureBytes.Span), urgency.Priority, token => EncodeAnewAsync(pictureBytes, urgency, token), cancellationToken);

    public void Dispose()
    {
        _queue.Dispose();
        _graph.Dispose();
    }

    private async Task<ImageEncoding> EncodeAnewAsync(ReadOnlyMemory<byte> pictureBytes, Urgency urgency, CancellationToken cancellationToken)
    {
        // The place comes first: a picture that the encoder has no room for is refused before it is decoded.
        using var place = _queue.Reserve(urgency.Priority);
        var (job, run) = await _shared.Pictures.DecodeAsync(pictureBytes, _preprocessor.ShortestEdge, Enqueue, urgency, cancellationToken);
        await run;
        return job.Encoding!;

        // On the decoder's thread, so that the encoder need not wait for one of the thread pool to pass the picture on.
        (EncodeJob Job, Task Run) Enqueue(Picture picture)
        {
            var job = new EncodeJob(_preprocessor.Fit(picture));
            return (job, place.RunAsync(job, urgency.Deadline, cancellationToken));
        }
    }

    private string[] Check()
    {
        var input = _graph.Input(PixelValues, TensorElementType.Float, 4).Shape;
        if (!Fits(input[1], Picture.Channels) || !Fits(input[2], _height) || !Fits(input[3], _width))
        {
            throw _graph.Invalid(
                $"the input '{PixelValues}' is {string.Join(" x ", input)}; {PackFiles.Preprocessor} makes {Picture.Channels} x {_height} x {_width}");
        }

        var dimensions = _graph.Output(ImageEmbeds, TensorElementType.Float, 2).Shape[1];
        if (!Fits(dimensions, _pack.Dimensions))
        {
            throw _graph.Invalid($"the output '{ImageEmbeds}' has {dimensions} columns; {PackFiles.Manifest} says dimensions {_pack.Dimensions}");
        }

        if (!_pack.Has(PackCapabilities.Chat) || _pack.MaxImages == 0)
        {
            return [ImageEmbeds];
        }

        var tokens = _graph.Output(ImageFeatures, TensorElementType.Float, 3).Shape[1];
        return Fits(tokens, _pack.ImageTokens)
            ? [ImageEmbeds, ImageFeatures]
            : throw _graph.Invalid($"the output '{ImageFeatures}' has {tokens} rows; {PackFiles.Manifest} says image_tokens {_pack.ImageTokens}");
    }

    private static bool Fits(int shape, int expected) => shape < 0 || shape == expected;

    private void Run(IReadOnlyList<EncodeJob> batch)
    {
        // Pictures wait as bytes, a quarter of the size, and are normalised straight into the batch.
        var size = Picture.Channels * _height * _width;
        var pixels = ArrayPool<float>.Shared.Rent(batch.Count * size);
        try
        {
            for (var i = 0; i < batch.Count; i++)
            {
                _preprocessor.WritePixelValues(batch[i].Picture, pixels.AsSpan(i * size, size));
            }

            Encode(batch, pixels.AsMemory(0, batch.Count * size));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(pixels);
        }
    }

    private void Encode(IReadOnlyList<EncodeJob> batch, Memory<float> pixels)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, [batch.Count, Picture.Channels, _height, _width]);
        using var outputs = _graph.Run([PixelValues], [input], _outputs);
        var embeddings = outputs[0].GetTensorDataAsSpan<float>();
        var dimensions = embeddings.Length / batch.Count;
        var features = _outputs.Length > 1 ? outputs[1].GetTensorDataAsSpan<float>() : [];
        var (tokens, width) = _outputs.Length > 1 ? Shape(outputs[1]) : (0, 0);
        for (var i = 0; i < batch.Count; i++)
        {
            batch[i].Encoding = new ImageEncoding(
                UnitLength.Of(embeddings.Slice(i * dimensions, dimensions)),
                features.Slice(i * tokens * width, tokens * width).ToArray(), tokens, width, _pack.Id);
        }
    }

    private static (int Tokens, int Width) Shape(OrtValue features) =>
        features.GetTensorTypeAndShape().Shape is var shape ? ((int)shape[1], (int)shape[2]) : default;

    /// <param name="Picture">Resized and cropped to what the graph takes.</param>
    private sealed record EncodeJob(Picture Picture)
    {
        public ImageEncoding? Encoding { get; set; }
    }
}
