using System.Collections.Concurrent;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;
using Orleans.Runtime;

namespace MultiModalMesh.Gateway.Tests.Fakes;

/// <summary>The jobs of one test's silo, by grain key.</summary>
public sealed class FakeJobs
{
    public ConcurrentDictionary<string, FakeJob> ByKey { get; } = new();

    /// <summary>How many of the next reads fail as with a silo that died.</summary>
    public int SiloDeaths { get; set; }
}

public sealed class FakeJob
{
    public required SubmitJobCommand Command { get; init; }

    public List<JobResult> Results { get; } = [];

    public JobState State { get; set; } = JobState.Running;
}

public sealed class FakeJobGrain(FakeJobs jobs) : Grain, IJobGrain
{
    private FakeJob? Job => jobs.ByKey.GetValueOrDefault(this.GetPrimaryKeyString());

    public Task<JobView> SubmitAsync(SubmitJobCommand command)
    {
        jobs.ByKey.TryAdd(this.GetPrimaryKeyString(), new FakeJob { Command = command });
        return Task.FromResult(View(Job!));
    }

    public Task<JobView?> GetAsync() => Task.FromResult(Job is { } job ? View(job) : null);

    public Task<JobResultPage> ReadResultsAsync(int afterNumber, TimeSpan patience)
    {
        if (jobs.SiloDeaths > 0)
        {
            jobs.SiloDeaths--;
            throw new SiloUnavailableException("The silo was killed by the test.");
        }

        // Two at a time, so that a reader has to come again.
        var results = Job!.Results.Skip(afterNumber).Take(2).ToList();
        return Task.FromResult(new JobResultPage(results, View(Job), Job.State != JobState.Running && afterNumber + results.Count >= Job.Results.Count));
    }

    public Task<JobView> CancelAsync()
    {
        Job!.State = JobState.Cancelled;
        return Task.FromResult(View(Job));
    }

    public Task DeleteAsync()
    {
        jobs.ByKey.TryRemove(this.GetPrimaryKeyString(), out _);
        return Task.CompletedTask;
    }

    public Task ResumeAsync() => Task.CompletedTask;

    public Task ExpireAsync() => Task.CompletedTask;

    private JobView View(FakeJob job) => new()
    {
        JobId = JobKey.Parse(this.GetPrimaryKeyString()).Job,
        RequestId = job.Command.RequestId,
        State = job.State,
        Skill = Skill.Answer,
        Total = job.Command.Items.Count,
        Done = job.Results.Count,
        Remaining = TimeSpan.FromSeconds(1.23),
    };
}

public sealed class FakeUserJobsGrain(FakeJobs jobs) : Grain, IUserJobsGrain
{
    public Task<JobPage> ListJobsAsync(int pageSize, string pageToken) => Task.FromResult(new JobPage(
        [.. jobs.ByKey.Where(job => job.Key.StartsWith(this.GetPrimaryKeyString() + "/", StringComparison.Ordinal)).Select(job => new JobView { JobId = JobKey.Parse(job.Key).Job, RequestId = job.Value.Command.RequestId, State = JobState.Running })], ""));

    public Task AdmitAsync(JobView job) => Task.CompletedTask;

    public Task JobEndedAsync(JobView job) => Task.CompletedTask;

    public Task JobDeletedAsync(string jobId) => Task.CompletedTask;
}
