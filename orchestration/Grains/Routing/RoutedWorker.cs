using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>
/// A worker between two of its reports: what it said, and what was sent there since, which it cannot have said. Work is counted in the seconds
/// that it takes there (work in flight over the measured rate), because a request may be a word or a novel and a worker a laptop or a GPU.
/// </summary>
/// <param name="report">Its last one.</param>
/// <param name="breaker">Outlives the report.</param>
/// <param name="secondsPerRequest">For what nobody measured: a request of unknown size, a worker that has answered none yet.</param>
internal sealed class RoutedWorker(WorkerReport report, CircuitBreaker breaker, double secondsPerRequest)
{
    private readonly double _reported = SecondsInFlight(report) ?? (report.Active + report.Queued) * secondsPerRequest;
    private double _assignedSeconds;

    public WorkerReport Report => report;

    public CircuitBreaker Breaker => breaker;

    /// <summary>Names the worker for hashing, the same on every silo.</summary>
    public ulong Hash { get; } = StableHash.Of(report.WorkerId);

    /// <summary>Requests sent there since the report.</summary>
    public int Assigned { get; private set; }

    public int Load => report.Active + report.Queued + Assigned;

    public double Wait => _reported + _assignedSeconds;

    /// <summary>As of the report: its queue has no room.</summary>
    public bool IsFull => report.Capacity > 0 && report.Active + report.Queued >= report.Capacity;

    public void Assign(RouteRequest request)
    {
        Assigned++;
        _assignedSeconds += request.Size > 0 && RateFor(request.Capability) is > 0 and var rate ? request.Size / rate : secondsPerRequest;
    }

    /// <summary>Null if it has work in flight that it never measured, or does not tell of.</summary>
    public static double? SecondsInFlight(WorkerReport report)
    {
        // The roles of a process share its device: what one has to do, the other waits for.
        var seconds = 0.0;
        foreach (var backlog in report.Backlogs)
        {
            if (backlog.InFlight > 0)
            {
                if (backlog.PerSecond <= 0)
                {
                    return null;
                }

                seconds += backlog.InFlight / backlog.PerSecond;
            }
        }

        return seconds > 0 || report.Active + report.Queued == 0 ? seconds : null;
    }

    private double RateFor(string capability)
    {
        foreach (var backlog in report.Backlogs)
        {
            if (backlog.Capabilities.Contains(capability))
            {
                return backlog.PerSecond;
            }
        }

        return 0;
    }
}
