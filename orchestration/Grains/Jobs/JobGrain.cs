using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Erasing;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers;
using MultiModalMesh.Workers.Placement;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>What a job answers; what it does on its own is in JobGrain.Work.cs, how it goes in JobGrain.Retention.cs.</summary>
/// <remarks>
/// It is four kinds of records: the <see cref="JobHeader"/>, written when the phase changes; the <see cref="JobItems"/>, written once; the
/// <see cref="ResultLog"/>'s pages, the only ones that are written while it gets on, several results at a time; and the <see cref="JobExpiry"/>. A job
/// of 10,000 items thus writes some hundred bytes a result, and nothing that grows with the job. After a crash the pages say what is to be done.
/// </remarks>
[OnRole("silo")]
[GrainType("job")]
internal sealed partial class JobGrain : Grain, IJobGrain, IDisposable
{
    public const string StateName = "job";

    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(30);

    private readonly IStateStore _store;
    private readonly DurableState<JobHeader> _state;
    private readonly ResultLog _log;
    private readonly JobWork _work;
    private readonly Eraser _eraser;
    private readonly StillMember _still;
    private readonly WorkerPool _workers;
    private readonly JobOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly JobKey _key;
    private readonly ChangeSignal _changed = new();

    public JobGrain(
        IStateStore store,
        JobWork work,
        Eraser eraser,
        StillMember still,
        WorkerPool workers,
        IOptions<JobOptions> options,
        IHostApplicationLifetime host,
        TimeProvider time,
        ILogger<JobGrain> logger)
    {
        _hostStopping = host.ApplicationStopping;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(_hostStopping);
        _key = JobKey.Parse(this.GetPrimaryKeyString());
        _store = store;
        _state = new DurableState<JobHeader>(store, StateName, this.GetGrainId(), time);
        _log = new ResultLog(store, _key, time);
        _work = work;
        _eraser = eraser;
        _still = still;
        _workers = workers;
        _options = options.Value;
        _time = time;
        _logger = logger;
    }

    private IUserJobsGrain User => GrainFactory.GetGrain<IUserJobsGrain>($"{_key.Tenant}/{_key.User}");

    public Task<JobView> SubmitAsync(SubmitJobCommand command) => AnswerAsync(async () =>
    {
        JobLimits.Check(command);
        var hash = JobItems.HashOf(command);
        if (_state.Current.IsAJob)
        {
            return _state.Current.CommandHash == hash
                ? await ViewAsync()
                : throw new MeshException(ErrorReason.RequestIdReused, $"The request id '{command.RequestId}' was used for another job; choose a new one.") { Field = "request_id" };
        }

        if (_state.Current.Phase == JobPhase.Erasing)
        {
            throw new MeshException(ErrorReason.Overloaded, "The job that had this request id is deleted and still being erased; wait, or choose another request id.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }

        await CheckModelAsync(command.Options.Model);

        // What an earlier attempt left may be being taken away at this moment.
        await _pump;
        await DiscardAsync();
        await ReceiveAsync(command, hash);
        Wake();
        return await ViewAsync();
    });

    public Task<JobView?> GetAsync() => AnswerAsync(async () => _state.Current.IsAJob ? await ViewAsync() : null);

    public Task<JobResultPage> ReadResultsAsync(int afterNumber, TimeSpan patience) => AnswerAsync(async () =>
    {
        var began = _time.GetTimestamp();
        patience = patience < LongestPatience ? patience : LongestPatience;
        while (true)
        {
            var changed = _changed.Next;
            _state.ThrowIfOvertaken();
            if (!_state.Current.IsAJob)
            {
                throw new MeshException(ErrorReason.JobNotFound, $"There is no job '{_key.Job}'.");
            }

            var view = await ViewAsync();
            var items = (await ItemsAsync()).Items;
            var count = view.Done + view.Failed;
            var after = Math.Max(0, afterNumber);
            var left = patience - _time.GetElapsedTime(began);
            if (after < count)
            {
                var results = await _log.ReadAsync(after, count);
                if (!_state.Current.IsAJob)
                {
                    // Deleted while this was read.
                    continue;
                }

                return new JobResultPage(
                    [.. results.Select((result, i) => result.ToView(after + 1 + i, items[result.Index]))], view, view.State != JobState.Running && after + results.Count >= count);
            }

            if (view.State != JobState.Running || left <= TimeSpan.Zero)
            {
                return new JobResultPage([], view, view.State != JobState.Running);
            }

            _hostStopping.ThrowIfCancellationRequested();
            await Task.WhenAny(changed, Task.Delay(left, _time, _hostStopping));
        }
    });

    public Task<JobView> CancelAsync() => AnswerAsync(async () =>
    {
        if (!_state.Current.IsAJob)
        {
            throw new MeshException(ErrorReason.JobNotFound, $"There is no job '{_key.Job}'.");
        }

        if (!_state.Current.HasEnded)
        {
            await StopWorkAsync();

            // It may have come to its end meanwhile.
            if (!_state.Current.HasEnded)
            {
                await OpenAsync();
                await EndAsync(JobPhase.Cancelled);
            }
        }

        return await ViewAsync();
    });

    public Task DeleteAsync() => AnswerAsync(async () =>
    {
        if (_state.Current.IsAJob)
        {
            await StopWorkAsync();
            await _state.CommitAsync(job => new JobHeader { Phase = JobPhase.Erasing, Total = job.Total });
            Close();
            _changed.Set();
        }

        await User.JobDeletedAsync(_key.Job);
        Wake();
        return true;
    });

    public Task ResumeAsync() => AnswerAsync(() =>
    {
        Wake();
        return Task.FromResult(true);
    });

    public Task ExpireAsync() => AnswerAsync(async () =>
    {
        if (_state.Current is { HasEnded: true, EndedAt: { } ended } && _time.GetUtcNow() - ended >= _options.Retention)
        {
            await DeleteAsync();
        }
        else if (_state.Current.Phase == JobPhase.None)
        {
            await ClearExpiryAsync();
        }

        return true;
    });

    public void Dispose()
    {
        _stopping.Dispose();
        _state.Dispose();
        _log.Dispose();
        _items?.Dispose();
    }

    /// <summary>A model that nobody has would fail every item; one that is not there for the moment is waited for.</summary>
    private async Task CheckModelAsync(string model)
    {
        try
        {
            await _workers.RouteAsync(new RouteRequest { Capability = Capabilities.Chat, Model = model }, _stopping.Token);
        }
        catch (MeshException e) when (e.Reason != ErrorReason.ModelNotFound)
        {
            Log.NobodyForJob(_logger, _key.ToString(), e.Message);
        }
    }

    private async Task<JobView> ViewAsync()
    {
        var job = _state.Current;
        if (!job.HasEnded)
        {
            await OpenAsync();
            job = _state.Current;
        }

        return job.HasEnded
            ? View(job, job.Succeeded, job.Failed)
            : View(job, _log.Count - _log.Failed, _log.Failed) with { Running = _order?.Running ?? 0, Remaining = _pace?.RemainingFor(job.Total - _log.Count) };
    }

    private JobView View(JobHeader job, int done, int failed) => new()
    {
        JobId = _key.Job,
        RequestId = job.RequestId,
        State = job.Phase switch { JobPhase.Done => JobState.Done, JobPhase.Cancelled => JobState.Cancelled, _ => JobState.Running },
        Skill = job.Skill,
        Total = job.Total,
        Done = done,
        Failed = failed,
        CreatedAt = job.CreatedAt,
        EndedAt = job.EndedAt,
    };

    /// <summary>Answers from the loaded state; what fails leaves the grain in the one form that crosses silos.</summary>
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
        catch (InconsistentStateException e)
        {
            // The caller may simply try again: the next activation reads what the other one wrote.
            Log.JobOvertaken(_logger, _key.ToString(), e.Message);
            DeactivateOnIdle();
            _changed.Set();
            throw new DialogueException(ErrorReason.PeerUnavailable.Code, "The job was changed elsewhere at the same moment; try again.");
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            throw new DialogueException(ErrorReason.PeerUnavailable.Code, "The job goes on elsewhere; try again.");
        }
    }
}
