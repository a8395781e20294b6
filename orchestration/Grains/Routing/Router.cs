using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>From a request and the workers that are there to the one it goes to: capability -> pack -> pins -> workers that are well -> policy.</summary>
internal sealed class Router(IRoutingPolicy policy, RoutedWorkers workers, DevicePins pins)
{
    // Until the next reports; a mesh has thousands of requests between two of them, and a handful of packs.
    private readonly Dictionary<(string Capability, string Model), List<RoutingCandidate>> _fitting = [];

    /// <summary>With the mesh's own policies: the warm worker within the tolerance, else the better of two by estimated wait.</summary>
    public static Router Create(RoutingOptions options, TimeProvider time, Random random) =>
        Create(new WarmCacheAffinity(new PowerOfTwoChoices(random, candidate => candidate.Wait), options.AffinityTolerance), options, time, random);

    public static Router Create(IRoutingPolicy policy, RoutingOptions options, TimeProvider time, Random random) =>
        new(policy, new RoutedWorkers(options, time, random), new DevicePins(options));

    /// <param name="request">What is asked for.</param>
    /// <param name="reports">The newest that are known.</param>
    /// <exception cref="MeshException">NO_WORKER or MODEL_NOT_FOUND.</exception>
    public WorkerLease Route(RouteRequest request, IReadOnlyList<WorkerReport> reports)
    {
        if (workers.Learn(reports))
        {
            _fitting.Clear();
        }

        if (!_fitting.TryGetValue((request.Capability, request.Model), out var fitting))
        {
            _fitting[(request.Capability, request.Model)] = fitting = Fitting(request);
        }

        var chosen = policy.Choose(Usable(fitting, request), request.AffinityKey);
        var (worker, model) = chosen;
        worker.Assign(request);
        worker.Breaker.Sent();
        return new WorkerLease { WorkerId = chosen.WorkerId, Endpoint = worker.Report.Endpoint, Model = model, IsSuspect = worker.Breaker.IsSuspect };
    }

    /// <summary>How a piece of work went that was routed, here or on another silo.</summary>
    public void Tell(string workerId, bool succeeded) => workers.Tell(workerId, succeeded);

    private List<RoutingCandidate> Fitting(RouteRequest request)
    {
        var able = workers.All.SelectMany(worker => worker.Report.Offers
            .Where(offer => offer.Capabilities.Contains(request.Capability, StringComparer.Ordinal))
            .Select(offer => (Worker: worker, Offer: offer))).ToList();
        if (able.Count == 0)
        {
            throw new MeshException(ErrorReason.NoWorker, $"No worker offers '{request.Capability}' now; {Describe(workers.All)}.");
        }

        var matching = able.Where(one => Matches(one.Offer, request.Model)).ToList();
        if (matching.Count == 0)
        {
            var models = string.Join(", ", able.Select(one => one.Offer.Model).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(model => $"'{model}'"));
            throw new MeshException(ErrorReason.ModelNotFound, $"No worker has the model '{request.Model}' for '{request.Capability}'; there are {models}.") { Field = "model" };
        }

        var allowed = matching.Where(one => pins.Allow(one.Worker.Report, one.Offer.Model)).DistinctBy(one => one.Worker.Report.WorkerId).ToList();
        if (allowed.Count == 0)
        {
            var models = string.Concat(matching.Select(one => one.Offer.Model).Distinct(StringComparer.Ordinal).Select(pins.Describe));
            throw new MeshException(ErrorReason.NoWorker, $"No worker that offers '{request.Capability}' now may be used for it:{models}");
        }

        return [.. allowed.Select(one => new RoutingCandidate(one.Worker, one.Offer.Model))];
    }

    private static List<RoutingCandidate> Usable(List<RoutingCandidate> fitting, RouteRequest request)
    {
        var candidates = fitting.TrueForAll(candidate => request.Avoid.Count == 0 || !request.Avoid.Contains(candidate.WorkerId, StringComparer.Ordinal))
            ? fitting
            : fitting.FindAll(candidate => !request.Avoid.Contains(candidate.WorkerId, StringComparer.Ordinal));
        if (candidates.Count == 0)
        {
            throw new MeshException(ErrorReason.NoWorker, $"All {fitting.Count} workers that offer '{request.Capability}' have just failed this request.");
        }

        // Where all are out of favour, one of them is asked all the same: what is known of them may be old, and a refusal would be certain.
        var well = Those(candidates, static candidate => candidate.Worker.Breaker.Admits);

        // Fullness is up to a heartbeat old, so it only chooses. Where all are full the work is sent all the same: the worker itself knows
        // whether it has room by now and refuses at once if not, which keeps it busy under overload.
        return Those(well, static candidate => !candidate.Worker.IsFull);
    }

    /// <summary>Those that do, or all if none does.</summary>
    private static List<RoutingCandidate> Those(List<RoutingCandidate> candidates, Predicate<RoutingCandidate> match)
    {
        if (candidates.TrueForAll(match))
        {
            return candidates;
        }

        var those = candidates.FindAll(match);
        return those.Count > 0 ? those : candidates;
    }

    // A pack may be asked for by its name alone or as name@version.
    private static bool Matches(WorkerOffer offer, string model) =>
        model.Length == 0 || model == offer.Model || (offer.Version.Length > 0 && model == $"{offer.Model}@{offer.Version}");

    private static string Describe(IReadOnlyCollection<RoutedWorker> all) => all.Count == 0
        ? "there are no workers at all"
        : "there is " + string.Join(", ", all.SelectMany(worker => worker.Report.Offers).SelectMany(offer => offer.Capabilities)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).DefaultIfEmpty("nothing yet"));
}
