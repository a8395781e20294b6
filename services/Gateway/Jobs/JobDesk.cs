using System.Runtime.CompilerServices;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Gateway.Jobs;

/// <summary>A caller's jobs: what the HTTP and the gRPC edge both stand on.</summary>
internal sealed class JobDesk(IGrainFactory grains, TimeProvider time)
{
    private const int MaxItems = 10_000;

    // Shorter than a call may take, so that one that is not answered is known to be lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Starts a job; it is on disk when this returns.</summary>
    /// <param name="caller">Whose job it is.</param>
    /// <param name="command">Its pictures are ids; whether they are there is found out item by item.</param>
    /// <param name="cancellationToken">The job may be stored although the caller stopped waiting.</param>
    public Task<JobView> SubmitAsync(Caller caller, SubmitJobCommand command, CancellationToken cancellationToken)
    {
        if (command.RequestId is not { Length: >= 1 and <= 128 })
        {
            throw Refuse("requestId", $"A job needs a requestId of 1 to 128 characters that is new among your jobs; this one has {command.RequestId?.Length ?? 0}.");
        }

        if (command.Items.Count is 0 or > MaxItems)
        {
            throw Refuse("items", $"The job has {command.Items.Count} items, but must have 1 to {MaxItems}; split it.");
        }

        if (command.Skill == Skill.Search)
        {
            throw Refuse("skill", "A job cannot search; it can describe, answer and chat.");
        }

        DialogueLimits.CheckOptions(command.Options, command.Skill);
        return CallAsync(caller, JobKey.IdOf(command.RequestId), grain => grain.SubmitAsync(command), cancellationToken);
    }

    /// <exception cref="MeshException">JobNotFound.</exception>
    public async Task<JobView> GetAsync(Caller caller, string jobId, CancellationToken cancellationToken) =>
        await CallAsync(caller, jobId, grain => grain.GetAsync(), cancellationToken) ?? throw NotFound(jobId);

    /// <summary>Newest first; those that run as they stand now.</summary>
    public async Task<JobPage> ListAsync(Caller caller, int? pageSize, string? pageToken, CancellationToken cancellationToken)
    {
        var size = DialogueLimits.CheckPageSize(pageSize);
        var page = await GrainErrors.CallAsync(
            () => grains.GetGrain<IUserJobsGrain>($"{caller.Tenant}/{caller.User}").ListJobsAsync(size, pageToken ?? ""), time, cancellationToken);
        var jobs = await Task.WhenAll(page.Jobs.Select(async job => job.State == JobState.Running
            ? await CallAsync(caller, job.JobId, grain => grain.GetAsync(), cancellationToken)
            : job));
        return page with { Jobs = [.. jobs.OfType<JobView>()] };
    }

    /// <summary>The results behind a number, some at a time; a silo that goes away meanwhile is not seen by the reader.</summary>
    /// <param name="caller">Whose job it is.</param>
    /// <param name="jobId">Of the job.</param>
    /// <param name="afterNumber">0 for all.</param>
    /// <param name="follow">To the end of the job; else to the last result that is there.</param>
    /// <param name="cancellationToken">Ends the reading, not the job.</param>
    public async IAsyncEnumerable<JobResultPage> ReadAsync(
        Caller caller, string jobId, int afterNumber, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = afterNumber;
        while (true)
        {
            var page = await CallAsync(caller, jobId, grain => grain.ReadResultsAsync(last, follow ? Patience : TimeSpan.Zero), cancellationToken);
            last += page.Results.Count;
            yield return page;
            if (page.IsLast || (!follow && page.Results.Count == 0))
            {
                yield break;
            }
        }
    }

    public Task<JobView> CancelAsync(Caller caller, string jobId, CancellationToken cancellationToken) =>
        CallAsync(caller, jobId, grain => grain.CancelAsync(), cancellationToken);

    public Task DeleteAsync(Caller caller, string jobId, CancellationToken cancellationToken) => CallAsync(caller, jobId, async grain =>
    {
        await grain.DeleteAsync();
        return true;
    }, cancellationToken);

    // An id that cannot be one names no job, and no grain is made for it.
    private Task<T> CallAsync<T>(Caller caller, string jobId, Func<IJobGrain, Task<T>> call, CancellationToken cancellationToken) => JobKey.IsId(jobId)
        ? GrainErrors.CallAsync(() => call(grains.GetGrain<IJobGrain>(new JobKey(caller.Tenant, caller.User, jobId).ToString())), time, cancellationToken)
        : throw NotFound(jobId);

    private static MeshException NotFound(string jobId) => new(ErrorReason.JobNotFound, $"There is no job '{(jobId.Length > 80 ? jobId[..80] + "…" : jobId)}'.");

    private static MeshException Refuse(string field, string message) => new(ErrorReason.InvalidRequest, message) { Field = field };
}
