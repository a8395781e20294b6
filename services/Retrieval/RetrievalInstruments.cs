using System.Diagnostics.Metrics;

namespace MultiModalMesh.Retrieval;

/// <summary>What the retrieval role measures.</summary>
internal sealed class RetrievalInstruments
{
    private readonly Histogram<double> _searchDuration;
    private readonly Counter<long> _itemsWritten;

    public RetrievalInstruments(IMeterFactory meters)
    {
        var meter = meters.Create("MultiModalMesh.Retrieval");
        _searchDuration = meter.CreateHistogram(
            "multimodalmesh.retrieval.search.duration",
            unit: "s",
            description: "Searching a collection, the wait for a place included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
        _itemsWritten = meter.CreateCounter<long>("multimodalmesh.retrieval.items.written", unit: "{item}", description: "Items made durable.");
    }

    public void Searched(TimeSpan duration, bool filtered) =>
        _searchDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("multimodalmesh.retrieval.filtered", filtered));

    public void ItemsWritten(int count) => _itemsWritten.Add(count);
}
