using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Workers.Reporting;

/// <summary>Describes this process as of now.</summary>
/// <param name="execution">Registered by whoever runs models in this process.</param>
internal sealed class WorkerReporter(WorkerIdentity identity, WorkerEndpoint endpoint, IEnumerable<IWorkerOfferSource> sources, WorkerExecution? execution = null)
{
    private readonly IWorkerOfferSource[] _sources = [.. sources];
    private long _number;

    public WorkerReport Report()
    {
        var (active, queued, capacity) = (0, 0, 0);
        List<WorkerOffer> offers = [];
        List<WorkerBacklog> backlogs = [];
        foreach (var source in _sources)
        {
            var offered = source.Offers;
            offers.AddRange(offered);
            var load = source.Load;
            backlogs.Add(new WorkerBacklog([.. offered.SelectMany(offer => offer.Capabilities).Distinct(StringComparer.Ordinal)], load.Work, load.WorkPerSecond));
            active += load.Active;
            queued += load.Queued;
            capacity += load.Capacity;
        }

        return new WorkerReport
        {
            WorkerId = identity.Id,
            Incarnation = identity.Incarnation,
            Number = Interlocked.Increment(ref _number),
            Endpoint = endpoint.Address,
            Device = execution?.Device ?? "cpu",
            Execution = execution,
            Offers = offers,
            Active = active,
            Queued = queued,
            Capacity = capacity,
            Backlogs = backlogs,
        };
    }
}
