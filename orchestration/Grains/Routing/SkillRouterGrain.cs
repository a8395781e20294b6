using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Placement;
using Orleans.Concurrency;

namespace MultiModalMesh.Grains.Routing;

/// <summary>One on every silo: routing is a few microseconds, but a hop to another silo would not be.</summary>
[OnRole("silo")]
[StatelessWorker(maxLocalWorkers: 1)]
[Reentrant]
[GrainType("skill-router")]
internal sealed class SkillRouterGrain(IOptions<RoutingOptions> options, TimeProvider time) : Grain, ISkillRouterGrain
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    private readonly Router _router = Router.Create(options.Value, time, Random.Shared);
    private IReadOnlyList<WorkerReport> _workers = [];
    private long? _readAt;

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
        _workers = await GrainFactory.GetGrain<IWorkerDirectoryGrain>(0).ListAsync();
        _readAt = time.GetTimestamp();
    }
}
