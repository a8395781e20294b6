using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>The workers that reported lately.</summary>
internal sealed class WorkerDirectory(TimeProvider time)
{
    /// <summary>Three heartbeats may get lost.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3.5);

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
