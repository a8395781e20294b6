using System.Threading.Channels;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>The work on a job: items go out, results come in and are written, between the calls that come in.</summary>
internal sealed partial class JobGrain
{
    // Results that wait to be written; where there are so many, the work waits.
    private const int MaxUnwritten = 1024;

    private static readonly TimeSpan StayAwake = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(1);

    // With the host: its web server waits for running streams before the silo is stopped, so the work has to end first.
    private readonly CancellationToken _hostStopping;
    private CancellationTokenSource _stopping;
    private DurableState<JobItems>? _items;
    private Task? _opening;
    private JobOrder? _order;
    private JobPace? _pace;
    private Task _pump = Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _state.LoadAsync();
            Wake();
        }
        catch (MeshException e)
        {
            // Every call tries again and says why.
            Log.CannotLoadJob(_logger, _key.ToString(), e.Message);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // What is unfinished stays so on disk; the next activation goes on with it.
        await _stopping.CancelAsync();
        await _pump.WaitAsync(cancellationToken);
    }

    private void Wake()
    {
        if (_pump.IsCompleted && _state.Current.IsUnfinished)
        {
            _pump = PumpAsync();
        }
    }

    private async Task PumpAsync()
    {
        // The work outlives the call that woke it.
        RequestContext.Clear();
        try
        {
            switch (_state.Current.Phase)
            {
                case JobPhase.Receiving:
                    await DiscardAsync();
                    break;
                case JobPhase.Running:
                    await RunAsync();
                    break;
                case JobPhase.Erasing:
                    await EraseAsync();
                    break;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (InconsistentStateException e)
        {
            Log.JobOvertaken(_logger, _key.ToString(), e.Message);
            DeactivateOnIdle();
        }
        catch (Exception e)
        {
            Log.JobBroke(_logger, e, _key.ToString());
            DeactivateOnIdle();
        }
        finally
        {
            _changed.Set();
        }
    }

    private async Task RunAsync()
    {
        await OpenAsync();
        var job = _state.Current;
        var items = (await ItemsAsync()).Items;
        var order = _order = new JobOrder(_key, job, items, [.. Enumerable.Range(0, job.Total).Where(index => !_log.Has(index))]);
        _pace = new JobPace(_time);
        _pace.Add(0);
        var results = Channel.CreateBounded<ResultRecord>(MaxUnwritten);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var reporting = ReportAsync(job.Total, working.Token);

        // Beside the grain, whose one thread would otherwise carry every token of every item.
        var work = Task.Run(() => _work.RunAsync(order, results.Writer, working.Token), CancellationToken.None);
        try
        {
            await WriteAsync(results.Reader, work);
            await work;
            await EndAsync(JobPhase.Done);
        }
        finally
        {
            await working.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await reporting;
            (_order, _pace) = (null, null);
            DelayDeactivation(TimeSpan.Zero);
        }
    }

    /// <summary>Tells those who look after the mesh how far the job is, until the work ends.</summary>
    private async Task ReportAsync(int total, CancellationToken cancellationToken)
    {
        var board = GrainFactory.GetGrain<IJobBoardGrain>(0);
        using var timer = new PeriodicTimer(BetweenReports, _time);
        try
        {
            do
            {
                Tell(isWorkedOn: true);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }

        Tell(isWorkedOn: false);

        // One-way: one that gets lost is followed by the next.
        void Tell(bool isWorkedOn) => board
            .ReportAsync(new JobProgress(_key.ToString(), total, _log.Count - _log.Failed, _log.Failed, _pace?.PerSecond ?? 0, isWorkedOn)).Ignore();
    }

    /// <summary>Writes results as they come, those of one interval in one go.</summary>
    private async Task WriteAsync(ChannelReader<ResultRecord> results, Task work)
    {
        while (await results.WaitToReadAsync(CancellationToken.None))
        {
            DelayDeactivation(StayAwake);
            await Task.WhenAny(work, Task.Delay(_options.CheckpointInterval, _time));
            List<ResultRecord> batch = [];
            while (results.TryRead(out var result))
            {
                batch.Add(result);
            }

            await _log.AppendAsync(batch, CannotWrite, _stopping.Token);
            _pace!.Add(batch.Count);
            _changed.Set();
        }
    }

    /// <summary>The header goes last: once the job has ended nobody would come back to tell the list, or to note when it expires.</summary>
    private async Task EndAsync(JobPhase phase)
    {
        var now = _time.GetUtcNow();
        var ended = _state.Current with { Phase = phase, EndedAt = now, Succeeded = _log.Count - _log.Failed, Failed = _log.Failed };
        using var expiry = new DurableState<JobExpiry>(_store, JobExpiry.StateName, this.GetGrainId(), _time);
        await PatientWrites.RunAsync(async () =>
        {
            await expiry.LoadAsync();
            await expiry.CommitAsync(_ => new JobExpiry { EndedAt = now });
            await TellEndAsync(View(ended, ended.Succeeded, ended.Failed));
            await _state.CommitAsync(job => job.HasEnded ? job : ended);
            return true;
        }, CannotWrite, _time, _stopping.Token);
        _changed.Set();
        Log.JobEnded(_logger, _key.ToString(), ended.Succeeded, ended.Failed, ended.Total);
    }

    private async Task TellEndAsync(JobView ended)
    {
        try
        {
            await User.JobEndedAsync(ended);
        }
        catch (Exception e) when (e is DialogueException or OrleansException or TimeoutException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The list of jobs could not be told: {e.Message}", e);
        }
    }

    /// <summary>Reads items and results of a running job, once.</summary>
    private async Task OpenAsync()
    {
        if (_opening is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _opening = _log.OpenAsync(_state.Current.Total);
        }

        await _opening;
    }

    private async Task<JobItems> ItemsAsync()
    {
        _items ??= new DurableState<JobItems>(_store, JobItems.StateName, this.GetGrainId(), _time);
        await _items.LoadAsync();
        return _items.Current;
    }

    /// <summary>Ends the work without an end being written, and makes the grain ready to begin anew.</summary>
    private async Task StopWorkAsync()
    {
        await _stopping.CancelAsync();
        await _pump;
        _stopping.Dispose();
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(_hostStopping);
    }

    private void Close()
    {
        _log.Close();
        _items?.Dispose();
        (_items, _opening) = (null, null);
    }

    private void CannotWrite(MeshException error) => Log.CannotWriteJob(_logger, _key.ToString(), error.Message);
}
