using System.Diagnostics;
using System.Diagnostics.Metrics;
using MultiModalMesh.Inference.Devices;

namespace MultiModalMesh.Inference.Telemetry;

/// <summary>The meter of the inference core; whoever hosts it subscribes to <see cref="MeterName"/>.</summary>
public static class InferenceInstruments
{
    public const string MeterName = "MultiModalMesh.Inference";

    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly Meter Meter = new(MeterName);

    private static readonly UpDownCounter<int> QueueLength =
        Meter.CreateUpDownCounter<int>("mesh.inference.queue.length", "{job}", "Jobs that wait, by queue.");

    private static readonly Histogram<double> QueueWait = Meter.CreateHistogram(
        "mesh.inference.queue.wait", "s", "Time from arrival to start, by queue.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    private static readonly Counter<long> Refusals =
        Meter.CreateCounter<long>("mesh.inference.queue.refusals", "{job}", "Jobs refused because the queue was full, by queue.");

    private static readonly Counter<long> Drops =
        Meter.CreateCounter<long>("mesh.inference.queue.dropped", "{job}", "Jobs that left the queue without running, by queue and reason (cancelled, deadline).");

    private static readonly UpDownCounter<int> Running =
        Meter.CreateUpDownCounter<int>("mesh.inference.queue.running", "{job}", "Jobs that run, by queue; of the queue picture-decoder: pictures being decoded.");

    private static readonly Histogram<int> BatchSize = Meter.CreateHistogram(
        "mesh.inference.batch.size", "{job}", "Jobs that ran together, by queue.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] });

    private static readonly Counter<long> CacheLookups = Meter.CreateCounter<long>(
        "mesh.inference.cache.lookups", "{lookup}", "Look-ups by cache and result: hit, miss, shared (an encoding under way was waited for).");

    private static readonly Histogram<double> PictureDecode = Meter.CreateHistogram(
        "mesh.inference.picture.decode.duration", "s", "Decoding and preparing one picture.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });

    private static readonly Counter<long> Tokens =
        Meter.CreateCounter<long>("mesh.inference.tokens", "{token}", "Tokens by kind: prefilled, cached (prefill saved), generated.");

    private static readonly UpDownCounter<long> InFlight =
        Meter.CreateUpDownCounter<long>("mesh.inference.tokens_in_flight", "{token}", "Positions, prompt and answer at its longest, of all answers that run and wait.");

    private static readonly UpDownCounter<long> KvBytes =
        Meter.CreateUpDownCounter<long>("mesh.inference.kv.memory", "By", "Keys and values in memory, by use: running, cached.");

    private static readonly Counter<long> PrefixLookups =
        Meter.CreateCounter<long>("mesh.inference.prefix_cache.lookups", "{lookup}", "Prompts looked up in the prefix cache, by outcome: hit, miss.");

    private static readonly Gauge<int> DeviceThreads = Meter.CreateGauge<int>(
        "mesh.inference.device.threads", "{thread}", "Threads of the one pool, by the device and provider that models run on and whether it is a fallback.");

    /// <summary>Told once, when it is known.</summary>
    public static void RunsOn(DeviceInUse device)
    {
        ArgumentNullException.ThrowIfNull(device);
        DeviceThreads.Record(
            device.Threads,
            new KeyValuePair<string, object?>("device", device.Device),
            new KeyValuePair<string, object?>("provider", device.Provider),
            new KeyValuePair<string, object?>("fallback", device.Fallback.Length > 0));
    }

    /// <summary>More or, below zero, fewer positions are promised to answers.</summary>
    internal static void Promised(long tokens) => InFlight.Add(tokens);

    internal static void Enqueued(string queue) => QueueLength.Add(1, Tag(queue));

    internal static void Dequeued(string queue, TimeSpan waited)
    {
        QueueLength.Add(-1, Tag(queue));
        QueueWait.Record(waited.TotalSeconds, Tag(queue));
    }

    internal static void Refused(string queue) => Refusals.Add(1, Tag(queue));

    /// <param name="reason"><c>cancelled</c> or <c>deadline</c>.</param>
    internal static void Dropped(string queue, string reason) => Drops.Add(1, Tag(queue), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Of a queue whose jobs stay over many runs, so that starting and ending tell nothing.</summary>
    internal static void RanBatch(string queue, int size) => BatchSize.Record(size, Tag(queue));

    internal static void BatchStarted(string queue, int size)
    {
        BatchSize.Record(size, Tag(queue));
        Running.Add(size, Tag(queue));
    }

    internal static void BatchEnded(string queue, int size) => Running.Add(-size, Tag(queue));

    /// <param name="result"><c>hit</c>, <c>miss</c> or <c>shared</c>.</param>
    internal static void LookedUp(string cache, string result) =>
        CacheLookups.Add(1, new KeyValuePair<string, object?>("cache", cache), new KeyValuePair<string, object?>("result", result));

    internal static void Prefilled(int tokens) => Tokens.Add(tokens, new KeyValuePair<string, object?>("kind", "prefilled"));

    internal static void ReusedFromCache(int tokens) => Tokens.Add(tokens, new KeyValuePair<string, object?>("kind", "cached"));

    internal static void Generated(int tokens) => Tokens.Add(tokens, new KeyValuePair<string, object?>("kind", "generated"));

    internal static void KvBytesChanged(string use, long bytes) => KvBytes.Add(bytes, new KeyValuePair<string, object?>("use", use));

    internal static void LookedUpPrefix(bool hit) => PrefixLookups.Add(1, new KeyValuePair<string, object?>("outcome", hit ? "hit" : "miss"));

    internal static PictureTiming DecodingPicture() => new(Stopwatch.GetTimestamp());

    private static KeyValuePair<string, object?> Tag(string queue) => new("queue", queue);

    /// <summary>Records its lifetime as picture decoding time.</summary>
    internal readonly struct PictureTiming(long start) : IDisposable
    {
        public void Dispose() => PictureDecode.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
