using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>What one router knows of the workers, from report to report.</summary>
internal sealed class RoutedWorkers(RoutingOptions options, TimeProvider time, Random random)
{
    /// <summary>For a mesh in which nothing was measured yet.</summary>
    private const double SecondsPerRequest = 0.25;

    private Dictionary<string, RoutedWorker> _byId = new(StringComparer.Ordinal);
    private IReadOnlyList<WorkerReport>? _reports;

    public IReadOnlyCollection<RoutedWorker> All => _byId.Values;

    /// <summary>False: these are the very reports that are known.</summary>
    public bool Learn(IReadOnlyList<WorkerReport> reports)
    {
        if (ReferenceEquals(reports, _reports))
        {
            return false;
        }

        var typical = TypicalSeconds(reports);
        var byId = new Dictionary<string, RoutedWorker>(reports.Count, StringComparer.Ordinal);
        foreach (var report in reports)
        {
            var known = _byId.GetValueOrDefault(report.WorkerId);
            var isSame = known?.Report.Incarnation == report.Incarnation;
            byId[report.WorkerId] = isSame && known!.Report.Number == report.Number
                ? known
                : new RoutedWorker(report, isSame ? known!.Breaker : new CircuitBreaker(options, time, random), typical);
        }

        _byId = byId;
        _reports = reports;
        return true;
    }

    /// <summary>How a piece of work went.</summary>
    public void Tell(string workerId, bool succeeded)
    {
        if (!_byId.TryGetValue(workerId, out var worker))
        {
            return;
        }

        if (succeeded)
        {
            worker.Breaker.Succeeded();
        }
        else
        {
            worker.Breaker.Failed();
        }
    }

    // A worker that measured nothing yet is taken to be like the others.
    private static double TypicalSeconds(IReadOnlyList<WorkerReport> reports)
    {
        var (seconds, requests) = (0.0, 0);
        foreach (var report in reports)
        {
            if (report.Active + report.Queued > 0 && RoutedWorker.SecondsInFlight(report) is > 0 and var inFlight)
            {
                seconds += inFlight;
                requests += report.Active + report.Queued;
            }
        }

        return requests > 0 ? seconds / requests : SecondsPerRequest;
    }
}
