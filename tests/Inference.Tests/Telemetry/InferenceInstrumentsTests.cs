using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Telemetry;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Telemetry;

public sealed class InferenceInstrumentsTests
{
    [Fact]
    public async Task A_queue_tells_its_length_waits_and_batches()
    {
        var name = $"queue-{Guid.NewGuid()}";
        var sums = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == InferenceInstruments.MeterName)
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Record(instrument.Name, 1, tags));
        listener.Start();
        using (var queue = new WorkQueue<int>(new(name, Capacity: 4, MaxBatch: 2, Threads: 1), _ => { }, TimeProvider.System))
        {
            await queue.RunAsync(1, default, TestContext.Current.CancellationToken);
            await queue.RunAsync(2, default, TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<MeshException>(() => queue.RunAsync(3, new Urgency(Deadline: DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken));
        }

        Assert.Equal(0, sums["mesh.inference.queue.length"]);
        Assert.Equal(3, sums["mesh.inference.queue.wait"]);
        Assert.Equal(1, sums["mesh.inference.queue.dropped"]);
        Assert.Equal(2, sums["mesh.inference.batch.size"]);
        Assert.Equal(0, sums["mesh.inference.queue.running"]);

        void Record(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && Equals(tags[0].Value, name))
            {
                sums.AddOrUpdate(instrument, value, (_, sum) => sum + value);
            }
        }
    }
}
