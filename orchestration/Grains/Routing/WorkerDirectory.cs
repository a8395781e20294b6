using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>The workers that reported lately.</summary>
internal sealed class WorkerDirectory(TimeProvider time)
{
    /// <summary>
    /// Five heartbeats may get lost: a worker that is there and cannot get at the processor must not be taken for one that is gone. One that is
    /// gone is found out by the first call to it.
    /// </summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(6);

    private readonly Dictionary<string, (WorkerReport Report, long At)> _workers = new(StringComparer.Ordinal);

    public IReadOnlyList<WorkerReport> Workers
    {
        get
        {
            DropSilent();
            return [.. _workers.Values.Select(entry => entry.Report)];
        }
    }

    public void Report(WorkerReport report)
    {
        if (!_workers.TryGetValue(report.WorkerId, out var known) || known.Report.Incarnation != report.Incarnation || known.Report.Number < report.Number)
        {
            _workers[report.WorkerId] = (report, time.GetTimestamp());
        }
    }

    public void Leave(string workerId, Guid incarnation)
    {
        if (_workers.TryGetValue(workerId, out var known) && known.Report.Incarnation == incarnation)
        {
            _workers.Remove(workerId);
        }
    }

    private void DropSilent()
    {
        foreach (var (id, entry) in _workers)
        {
            if (time.GetElapsedTime(entry.At) > Lifetime)
            {
                _workers.Remove(id);
            }
        }
    }
}
