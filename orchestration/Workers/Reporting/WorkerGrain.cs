using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Placement;

namespace MultiModalMesh.Workers.Reporting;

[PinnedToWorker]
[GrainType("worker")]
internal sealed class WorkerGrain(WorkerReporter reporter) : Grain, IWorkerGrain
{
    public Task<WorkerReport> GetReportAsync() => Task.FromResult(reporter.Report());
}
