using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Placement;
using Orleans.Concurrency;

namespace MultiModalMesh.Grains.Routing;

[OnRole("silo")]
[Reentrant]
[GrainType("worker-directory")]
internal sealed class WorkerDirectoryGrain(TimeProvider time) : Grain, IWorkerDirectoryGrain
{
    private readonly WorkerDirectory _directory = new(time);

    public Task ReportAsync(WorkerReport report)
    {
        _directory.Report(report);
        return Task.CompletedTask;
    }

    public Task LeaveAsync(string workerId, Guid incarnation)
    {
        _directory.Leave(workerId, incarnation);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<WorkerReport>> ListAsync() => Task.FromResult(_directory.Workers);
}
