using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Users;
using MultiModalMesh.Workers.Placement;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>A user's jobs as they are stored. Fields may be added, never renamed.</summary>
internal sealed record UserJobsState
{
    public ImmutableDictionary<string, JobView> Jobs { get; init; } = ImmutableDictionary<string, JobView>.Empty;
}

[OnRole("silo")]
[GrainType("user-jobs")]
internal sealed class UserJobsGrain : Grain, IUserJobsGrain, IDisposable
{
    private readonly DurableState<UserJobsState> _state;
    private readonly StillMember _still;
    private readonly JobOptions _options;

    public UserJobsGrain(IStateStore store, StillMember still, IOptions<JobOptions> options, TimeProvider time)
    {
        _state = new DurableState<UserJobsState>(store, "user-jobs", this.GetGrainId(), time);
        _still = still;
        _options = options.Value;
    }

    public Task<JobPage> ListJobsAsync(int pageSize, string pageToken) => AnswerAsync(() =>
    {
        var (page, next) = NewestFirst.Page(_state.Current.Jobs.Values, job => job.CreatedAt, job => job.JobId, pageSize, pageToken);
        return Task.FromResult(new JobPage(page, next));
    });

    public Task AdmitAsync(JobView job) => AnswerAsync(async () =>
    {
        if (_state.Current.Jobs.Values.Count(one => one.State == JobState.Running && one.JobId != job.JobId) is var running && running >= _options.MaxRunningJobs)
        {
            throw new MeshException(ErrorReason.Overloaded, $"{running} jobs of this user are running, the limit is {_options.MaxRunningJobs}; wait for one to end, or cancel one.") { RetryAfter = TimeSpan.FromSeconds(10) };
        }

        await _state.CommitAsync(user => user with { Jobs = user.Jobs.SetItem(job.JobId, job) });
        return true;
    });

    public Task JobEndedAsync(JobView job) => AnswerAsync(async () =>
    {
        // Not one that was deleted meanwhile.
        await _state.CommitAsync(user => user.Jobs.ContainsKey(job.JobId) ? user with { Jobs = user.Jobs.SetItem(job.JobId, job) } : user);
        return true;
    });

    public Task JobDeletedAsync(string jobId) => AnswerAsync(async () =>
    {
        await _state.CommitAsync(user => user.Jobs.ContainsKey(jobId) ? user with { Jobs = user.Jobs.Remove(jobId) } : user);
        return true;
    });

    public void Dispose() => _state.Dispose();

    private async Task<TResult> AnswerAsync<TResult>(Func<Task<TResult>> answer)
    {
        try
        {
            await _still.ConfirmAsync();
            await _state.LoadAsync();
            return await answer();
        }
        catch (MeshException e)
        {
            throw e.ToDialogueException();
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle();
            throw new DialogueException(ErrorReason.PeerUnavailable.Code, "The list was changed elsewhere at the same moment; try again.");
        }
    }
}
