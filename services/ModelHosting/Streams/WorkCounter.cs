using MultiModalMesh.Workers;

namespace MultiModalMesh.ModelHosting.Streams;

/// <summary>Counts the requests in a role, for the worker's report.</summary>
/// <param name="active">Requests that can be worked on at a time; those above wait.</param>
/// <param name="waiting">Requests that can wait.</param>
public sealed class WorkCounter(int active, int waiting)
{
    private int _inside;

    public WorkerLoad Load
    {
        get
        {
            var inside = Volatile.Read(ref _inside);
            return new WorkerLoad(Math.Min(inside, active), Math.Max(0, inside - active), active + waiting);
        }
    }

    /// <summary>Counts one request until the result is disposed.</summary>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _inside);
        return new Stay(this);
    }

    private sealed class Stay(WorkCounter counter) : IDisposable
    {
        private WorkCounter? _counter = counter;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _counter, null) is { } counted)
            {
                Interlocked.Decrement(ref counted._inside);
            }
        }
    }
}
