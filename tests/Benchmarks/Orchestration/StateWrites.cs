using System.Diagnostics.Metrics;
using MultiModalMesh.Grains.Telemetry;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>Counts the durable writes of this process, as its operator's metrics would.</summary>
internal sealed class StateWrites : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    public StateWrites()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == StateInstruments.WritesName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _count, value));
        _listener.Start();
    }

    public long Count => Interlocked.Read(ref _count);

    public void Dispose() => _listener.Dispose();
}
