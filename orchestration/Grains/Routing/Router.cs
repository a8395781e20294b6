using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>From a request and the workers that are there to the one it goes to.</summary>
internal sealed class Router(IRoutingPolicy policy)
{
    // What was sent to a worker since its last report.
    private readonly Dictionary<string, (long Number, int Count)> _assigned = new(StringComparer.Ordinal);

    /// <exception cref="MeshException">NO_WORKER or MODEL_NOT_FOUND.</exception>
    public WorkerLease Route(RouteRequest request, IReadOnlyList<WorkerReport> workers)
    {
        Forget(workers);
        var able = workers.SelectMany(worker => worker.Offers
            .Where(offer => offer.Capabilities.Contains(request.Capability, StringComparer.Ordinal))
            .Select(offer => (Worker: worker, Offer: offer))).ToList();
        if (able.Count == 0)
        {
            throw new MeshException(ErrorReason.NoWorker, $"No worker offers '{request.Capability}' now; {Describe(workers)}.");
        }

        var fitting = able.Where(one => Matches(one.Offer, request.Model)).DistinctBy(one => one.Worker.WorkerId).ToList();
        if (fitting.Count == 0)
        {
            var models = string.Join(", ", able.Select(one => one.Offer.Model).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(model => $"'{model}'"));
            throw new MeshException(ErrorReason.ModelNotFound, $"No worker has the model '{request.Model}' for '{request.Capability}'; there are {models}.") { Field = "model" };
        }

        var candidates = fitting.Where(one => !request.Avoid.Contains(one.Worker.WorkerId, StringComparer.Ordinal))
            .Select(one => new RoutingCandidate(one.Worker, one.Offer.Model, Assigned(one.Worker))).ToList();
        if (candidates.Count == 0)
        {
            throw new MeshException(ErrorReason.NoWorker, $"All {fitting.Count} workers that offer '{request.Capability}' have just failed this request.");
        }

        // Fullness is up to a heartbeat old, so it only chooses. Where all are full the work is sent all the same: the worker itself knows
        // whether it has room by now and refuses at once if not, which keeps it busy under overload.
        var withRoom = candidates.Where(candidate => !candidate.IsFull).ToList();
        var chosen = policy.Choose(withRoom.Count > 0 ? withRoom : candidates, request.AffinityKey);
        _assigned[chosen.Worker.WorkerId] = (chosen.Worker.Number, chosen.Assigned + 1);
        return new WorkerLease { WorkerId = chosen.Worker.WorkerId, Endpoint = chosen.Worker.Endpoint, Model = chosen.Model };
    }

    // A pack may be asked for by its name alone or as name@version.
    private static bool Matches(WorkerOffer offer, string model) =>
        model.Length == 0 || model == offer.Model || (offer.Version.Length > 0 && model == $"{offer.Model}@{offer.Version}");

    private static string Describe(IReadOnlyList<WorkerReport> workers) => workers.Count == 0
        ? "there are no workers at all"
        : "there is " + string.Join(", ", workers.SelectMany(worker => worker.Offers).SelectMany(offer => offer.Capabilities)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).DefaultIfEmpty("nothing yet"));

    private int Assigned(WorkerReport worker) =>
        _assigned.TryGetValue(worker.WorkerId, out var assigned) && assigned.Number == worker.Number ? assigned.Count : 0;

    private void Forget(IReadOnlyList<WorkerReport> workers)
    {
        if (_assigned.Count > workers.Count)
        {
            foreach (var gone in _assigned.Keys.Except(workers.Select(worker => worker.WorkerId), StringComparer.Ordinal).ToList())
            {
                _assigned.Remove(gone);
            }
        }
    }
}
