using Orleans.Concurrency;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>One job of one user: many items, each of which gets one answer. Key: <see cref="JobKey"/> as a string.</summary>
/// <remarks>
/// The promise: a job that <see cref="SubmitAsync"/> returned is on disk with all its items, and every item gets exactly one result, whatever
/// dies meanwhile. A result that was read is durable: it keeps its number and its content.
/// </remarks>
[Alias("MultiModalMesh.IJobGrain")]
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>
    /// Stores the job and returns when it is durable. The same command again returns the same job; another one throws
    /// <see cref="Dialogues.DialogueException"/> with REQUEST_ID_REUSED.
    /// </summary>
    [Alias("Submit")]
    Task<JobView> SubmitAsync(SubmitJobCommand command);

    /// <summary>The job as it stands, or null if it was never submitted or was deleted.</summary>
    [Alias("Get")]
    Task<JobView?> GetAsync();

    /// <summary>The durable results behind a number, in order, at most a few hundred; waits for the first one if there is none yet.</summary>
    /// <param name="afterNumber">0 for all.</param>
    /// <param name="patience">How long to wait; then the answer is empty.</param>
    [Alias("ReadResults")]
    [AlwaysInterleave]
    Task<JobResultPage> ReadResultsAsync(int afterNumber, TimeSpan patience);

    /// <summary>Stops the work; results that are there stay. A job that has ended is returned as it is.</summary>
    [Alias("Cancel")]
    Task<JobView> CancelAsync();

    /// <summary>Stops the work and erases the job with its items and results. Idempotent.</summary>
    [Alias("Delete")]
    Task DeleteAsync();

    /// <summary>Wakes the job so that it goes on; does nothing if there is nothing to do.</summary>
    [Alias("Resume")]
    Task ResumeAsync();

    /// <summary>Deletes the job if it ended longer ago than jobs are kept.</summary>
    [Alias("Expire")]
    Task ExpireAsync();
}

/// <summary>The jobs of one user. Key: <c>tenant/user</c>.</summary>
[Alias("MultiModalMesh.IUserJobsGrain")]
public interface IUserJobsGrain : IGrainWithStringKey
{
    /// <summary>Newest first. Numbers of a running job are those it had when it was last told of; ask it for newer ones.</summary>
    /// <param name="pageSize">1..200.</param>
    /// <param name="pageToken">Empty for the first page, else the token of the page before.</param>
    [Alias("ListJobs")]
    Task<JobPage> ListJobsAsync(int pageSize, string pageToken);

    /// <summary>Called by a job before it is acknowledged. Throws <see cref="Dialogues.DialogueException"/> with OVERLOADED if the user has too many that run.</summary>
    [Alias("Admit")]
    Task AdmitAsync(JobView job);

    /// <summary>Called by a job when it ended.</summary>
    [Alias("JobEnded")]
    Task JobEndedAsync(JobView job);

    /// <summary>Called by a job when it was erased.</summary>
    [Alias("JobDeleted")]
    Task JobDeletedAsync(string jobId);
}
