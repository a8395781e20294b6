using System.Diagnostics.Metrics;

namespace MultiModalMesh.Inference.Telemetry;

/// <summary>What is measured of packs that come into memory and go, on the same meter.</summary>
internal static class PackInstruments
{
    private static readonly Meter Meter = new(InferenceInstruments.MeterName);

    private static readonly Histogram<double> LoadDuration = Meter.CreateHistogram(
        "mesh.models.load.duration", "s", "Loading a pack, by model and result (loaded, failed); waiting for room is not in it.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] });

    private static readonly Counter<long> Loads = Meter.CreateCounter<long>("mesh.models.loads", "{load}", "Packs loaded, by model and result (loaded, failed).");

    private static readonly Counter<long> Unloads =
        Meter.CreateCounter<long>("mesh.models.unloads", "{unload}", "Packs freed, by model and reason (evicted, replaced, removed, stopped).");

    private static readonly UpDownCounter<long> LoadedBytes =
        Meter.CreateUpDownCounter<long>("mesh.models.loaded", "By", "Files of the graphs in memory with their weights, by model.");

    public static void Loaded(string model, long bytes, TimeSpan duration)
    {
        Ended(model, "loaded", duration);
        LoadedBytes.Add(bytes, Model(model));
    }

    public static void LoadFailed(string model, TimeSpan duration) => Ended(model, "failed", duration);

    /// <param name="reason"><c>evicted</c>, <c>replaced</c>, <c>removed</c> or <c>stopped</c>.</param>
    public static void Unloaded(string model, long bytes, string reason)
    {
        Unloads.Add(1, Model(model), new KeyValuePair<string, object?>("reason", reason));
        LoadedBytes.Add(-bytes, Model(model));
    }

    private static void Ended(string model, string result, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("result", result);
        Loads.Add(1, Model(model), tag);
        LoadDuration.Record(duration.TotalSeconds, Model(model), tag);
    }

    private static KeyValuePair<string, object?> Model(string name) => new("model", name);
}
