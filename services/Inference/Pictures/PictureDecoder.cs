using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>
/// Decodes pictures on threads of its own behind a bounded queue, so that a flood of large pictures can neither starve inference nor grow
/// without limit. Safe for concurrent use.
/// </summary>
public sealed class PictureDecoder : IDisposable
{
    private readonly PictureLimits _limits;
    private readonly WorkQueue<DecodeJob> _queue;

    public PictureDecoder(PictureLimits limits, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        var threads = limits.DecoderThreads > 0 ? limits.DecoderThreads : Math.Max(1, Environment.ProcessorCount / 2);
        _queue = new WorkQueue<DecodeJob>(
            new WorkQueueSettings("picture-decoder", limits.QueueCapacity, MaxBatch: 1, threads), Decode, time ?? TimeProvider.System);
    }

    /// <summary>Decodes a JPEG, PNG, WebP, GIF (first frame) or AVIF.</summary>
    /// <param name="bytes">The encoded file; must not change until the task ends.</param>
    /// <param name="shortestEdge">What the caller needs of the shorter edge, in pixels; a JPEG or WebP may come out smaller than it is, but never below twice this. 0: full size.</param>
    /// <param name="cancellationToken">Honoured until decoding starts.</param>
    /// <exception cref="Errors.MeshException">ImageTooLarge, ImageFormatUnsupported, ImageUnreadable, or Overloaded with a delay.</exception>
    public Task<Picture> DecodeAsync(ReadOnlyMemory<byte> bytes, int shortestEdge = 0, CancellationToken cancellationToken = default) =>
        RunAsync(() => PictureReader.Read(bytes, _limits, shortestEdge), default, cancellationToken);

    /// <summary>Checks that a picture can be decoded and tells what it is, as <see cref="DecodeAsync(ReadOnlyMemory{byte}, int, CancellationToken)"/> would see it.</summary>
    /// <param name="bytes">The encoded file; must not change until the task ends.</param>
    /// <param name="cancellationToken">Honoured until decoding starts.</param>
    /// <exception cref="Errors.MeshException">ImageTooLarge, ImageFormatUnsupported, ImageUnreadable, or Overloaded with a delay.</exception>
    public Task<PictureInfo> InspectAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        RunAsync(() => PictureReader.Inspect(bytes, _limits), default, cancellationToken);

    /// <summary>Decodes a picture, makes of it what a vision encoder sees, and goes on with that on the decoder's thread.</summary>
    internal Task<T> PrepareAsync<T>(
        ReadOnlyMemory<byte> bytes, PicturePreprocessor preprocessor, Func<PreparedPicture, T> then, Urgency urgency, CancellationToken cancellationToken) =>
        RunAsync(
            () => then(preprocessor.Prepare(PictureReader.Read(bytes, _limits, preprocessor.ShortestEdge, preprocessor.DropsTransparency))),
            urgency, cancellationToken);

    public void Dispose() => _queue.Dispose();

    private async Task<T> RunAsync<T>(Func<T> work, Urgency urgency, CancellationToken cancellationToken)
    {
        var job = new DecodeJob(() => work()!);
        await _queue.RunAsync(job, urgency, cancellationToken);
        return (T)job.Output!;
    }

    private static void Decode(IReadOnlyList<DecodeJob> batch)
    {
        foreach (var job in batch)
        {
            using var timing = InferenceInstruments.DecodingPicture();
            job.Output = job.Work();
        }
    }

    private sealed record DecodeJob(Func<object> Work)
    {
        public object? Output { get; set; }
    }
}
