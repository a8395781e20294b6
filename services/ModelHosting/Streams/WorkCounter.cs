using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Workers;

namespace MultiModalMesh.ModelHosting.Streams;

/// <summary>Counts the requests in a role and how fast they are done, for the worker's report.</summary>
/// <param name="active">Requests that can be worked on at a time; those above wait.</param>
/// <param name="waiting">Requests that can wait.</param>
/// <param name="time">Measures how long they take.</param>
public sealed class WorkCounter(int active, int waiting, TimeProvider time)
{
    private readonly WorkMeter _meter = new(time);

    public WorkerLoad Load
    {
        get
        {
            var inside = (int)_meter.InFlight;
            return new WorkerLoad(Math.Min(inside, active), Math.Max(0, inside - active), active + waiting, inside, _meter.PerSecond);
        }
    }

    /// <summary>Counts one request until the result is disposed.</summary>
    public IDisposable Enter()
    {
        _meter.Began(1);
        return new Stay(this);
    }

    private sealed class Stay(WorkCounter counter) : IDisposable
    {
        private WorkCounter? _counter = counter;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _counter, null) is { } counted)
            {
                counted._meter.Done(1);
            }
        }
    }
}
