using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Placement;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace MultiModalMesh.Grains.Routing;

/// <summary>One on every silo: routing is a few microseconds, but a hop to another silo would not be.</summary>
[OnRole("silo")]
[StatelessWorker(maxLocalWorkers: 1)]
[Reentrant]
[GrainType("skill-router")]
internal sealed class SkillRouterGrain(IOptions<RoutingOptions> options, TimeProvider time) : Grain, ISkillRouterGrain
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    // It answers from memory, unless the member that knew its address has just died: then for as long as that takes to be seen.
    private static readonly TimeSpan DirectoryPatience = TimeSpan.FromMilliseconds(500);

    // Two heartbeats, and some.
    private static readonly TimeSpan DirectoryStart = TimeSpan.FromSeconds(2.5);

    private readonly Router _router = Router.Create(options.Value, time, Random.Shared);
    private IReadOnlyList<WorkerReport> _workers = [];
    private long? _readAt;
    private long _namedAt;

    public async Task<WorkerLease> RouteAsync(RouteRequest request)
    {
        var fresh = _readAt is not { } at || time.GetElapsedTime(at) > Freshness;
        if (fresh)
        {
            await RefreshAsync();
        }

        while (true)
        {
            try
            {
                return _router.Route(request, _workers);
            }
            catch (MeshException e) when (fresh)
            {
                throw e.ToDialogueException();
            }
            catch (MeshException)
            {
                // A worker that came a moment ago must not be missed.
                await RefreshAsync();
                fresh = true;
            }
        }
    }

    public Task TellAsync(string workerId, bool succeeded)
    {
        _router.Tell(workerId, succeeded);
        return Task.CompletedTask;
    }

    private async Task RefreshAsync()
    {
        var listed = await ListAsync();
        var now = time.GetTimestamp();
        _readAt = now;
        if (listed is null)
        {
            _namedAt = now;
            return;
        }

        // The directory begins anew, knowing nobody, when the member that kept its address in the cluster goes. Until the heartbeats have filled it
        // again, the workers that it named before are the best guess; one that has gone is found out by the call.
        if (listed.Count == 0 && _workers.Count > 0 && time.GetElapsedTime(_namedAt, now) < DirectoryStart)
        {
            return;
        }

        _namedAt = now;
        _workers = listed;
    }

    /// <returns>Null if the directory cannot be asked now, and workers are known: what is known of them does for the time being.</returns>
    private async Task<IReadOnlyList<WorkerReport>?> ListAsync()
    {
        var listing = GrainFactory.GetGrain<IWorkerDirectoryGrain>(0).ListAsync();
        if (_workers.Count == 0)
        {
            return await listing;
        }

        try
        {
            return await listing.WaitAsync(DirectoryPatience, time);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            listing.Ignore();
            return null;
        }
    }
}
