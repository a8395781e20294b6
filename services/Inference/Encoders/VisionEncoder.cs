using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Caching;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Pictures;

namespace MultiModalMesh.Inference.Encoders;

/// <param name="Embedding">Length 1 in the Euclidean norm, as many numbers as the pack has dimensions; empty for a pack without. Shared with the cache: do not write to it.</param>
/// <param name="Features">Row-major <c>[FeatureTokens, FeatureWidth]</c>, for the decoder; empty for a pack without. Shared likewise.</param>
/// <param name="Model">The pack, as <c>name@version</c>.</param>
/// <param name="Grid">The tiles that the features are of; 0 x 0 for a picture that was seen as one.</param>
public sealed record ImageEncoding(float[] Embedding, float[] Features, int FeatureTokens, int FeatureWidth, string Model, PictureGrid Grid = default);

/// <summary>
/// Pictures to embeddings and patch features. Pictures are decoded on the picture decoder's threads, then wait in a bounded queue and are run
/// in batches; what was encoded lately comes from a cache. Safe for concurrent use.
/// </summary>
public sealed class VisionEncoder : IDisposable
{
    private readonly ModelPack _pack;
    private readonly SharedEncoding _shared;
    private readonly VisionGraph _graph;
    private readonly WorkQueue<EncodeJob> _queue;
    private readonly string _scope;

    internal VisionEncoder(ModelPack pack, InferenceOptions options, SharedEncoding shared, TimeProvider time)
    {
        _pack = pack;
        _shared = shared;
        _graph = VisionGraph.Open(pack, options);
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
        var (job, run) = await _shared.Pictures.PrepareAsync(pictureBytes, _pack.Preprocessor!, Enqueue, urgency, cancellationToken);
        await run;
        return job.Encoding!;

        // On the decoder's thread, so that the encoder need not wait for one of the thread pool to pass the picture on.
        (EncodeJob Job, Task Run) Enqueue(PreparedPicture picture)
        {
            var job = new EncodeJob(picture);
            return (job, place.RunAsync(job, urgency.Deadline, cancellationToken));
        }
    }

    private void Run(IReadOnlyList<EncodeJob> batch)
    {
        var encodings = _graph.Run([.. batch.Select(job => job.Picture)]);
        for (var i = 0; i < encodings.Length; i++)
        {
            batch[i].Encoding = encodings[i];
        }
    }

    private sealed record EncodeJob(PreparedPicture Picture)
    {
        public ImageEncoding? Encoding { get; set; }
    }
}
