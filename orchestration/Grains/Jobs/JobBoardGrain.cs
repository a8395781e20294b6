using MultiModalMesh.Workers.Placement;
using Orleans.Concurrency;

namespace MultiModalMesh.Grains.Jobs;

[OnRole("silo")]
[Reentrant]
[GrainType("job-board")]
internal sealed class JobBoardGrain(TimeProvider time) : Grain, IJobBoardGrain
{
    private readonly JobBoard _board = new(time);

    public Task ReportAsync(JobProgress progress)
    {
        _board.Report(progress);
        return Task.CompletedTask;
    }

    public Task<JobsView> ReadAsync() => Task.FromResult(_board.View);
}
