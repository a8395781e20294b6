using System.Diagnostics;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Telemetry;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>The work on turns: one at a time, in order, between the calls that come in.</summary>
internal sealed partial class DialogueGrain
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(10);

    // The user's grain may be in a silo, or be looked for at a member, that has just died.
    private static readonly TimeSpan ListPatience = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan FirstWriteDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWriteDelay = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ActivityContext> _traces = new(StringComparer.Ordinal);

    // With the host: its web server waits for running streams before the silo is stopped, so the work has to end first.
    private readonly CancellationToken _hostStopping;
    private CancellationTokenSource _stopping;
    private CancellationTokenSource? _cancelLive;
    private LiveTurn? _live;
    private Task _pump = Task.CompletedTask;

    private IUserGrain User => GrainFactory.GetGrain<IUserGrain>($"{_key.Tenant}/{_key.User}");

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
            Log.CannotLoad(_logger, _key.ToString(), e.Message);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // What is unfinished stays so on disk; the next activation goes on with it.
        await _stopping.CancelAsync();
        await _pump.WaitAsync(cancellationToken);
        if (reason.ReasonCode == DeactivationReasonCode.ActivationIdle)
        {
            await CompactAsync();
        }
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
            await EraseAsync();
            while (!_stopping.IsCancellationRequested && _state.Current.Turns.Find(turn => !turn.HasEnded) is { } next)
            {
                await RunAsync(next);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (InconsistentStateException e)
        {
            Log.Overtaken(_logger, _key.ToString(), e.Message);
            DeactivateOnIdle();
        }
        catch (Exception e)
        {
            Log.PumpBroke(_logger, e, _key.ToString());
            DeactivateOnIdle();
        }
        finally
        {
            _changed.Set();
        }
    }

    private async Task RunAsync(TurnRecord turn)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _cancelLive = cancel;
        var live = _live = new LiveTurn(turn, _changed);
        _traces.Remove(turn.TurnId, out var parent);
        DelayDeactivation(_options.TurnTimeout + _options.WorkerWait);
        try
        {
            using var activity = GrainTelemetry.StartTurn(_key, turn, parent);
            _changed.Set();
            var told = TellUserAsync();
            var writtenAt = _time.GetTimestamp();
            TurnRecord ended;
            try
            {
                ended = await _work.RunAsync(_key, _state.Current, live, CheckpointAsync, cancel.Token);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested && !_stopping.IsCancellationRequested)
            {
                ended = live.End(TurnState.Cancelled);
            }

            // The list first: once the turn has ended nobody would come back to tell.
            var isListed = await told;
            var title = DialogueTitle.After(_state.Current, ended);
            if (!isListed || title != _state.Current.Title)
            {
                await TellUserAsync(title);
            }

            await CommitEndAsync(ended, title);
            activity.Ended(ended);

            async Task CheckpointAsync()
            {
                if (_time.GetElapsedTime(writtenAt) < _options.CheckpointInterval)
                {
                    return;
                }

                writtenAt = _time.GetTimestamp();
                try
                {
                    await _state.CommitAsync(dialogue => dialogue.With(live.Checkpoint()));
                }
                catch (MeshException e) when (e.Reason == ErrorReason.StorageFailed)
                {
                    Log.CannotWrite(_logger, _key.ToString(), turn.TurnId, e.Message);
                }
            }
        }
        finally
        {
            _live = null;
            _cancelLive = null;
            DelayDeactivation(TimeSpan.Zero);
            _changed.Set();
        }
    }

    /// <summary>The answer is there and must not get lost because the disk is full for a while.</summary>
    private async Task CommitEndAsync(TurnRecord ended, string title)
    {
        for (var delay = FirstWriteDelay; ; delay = delay < LongestWriteDelay / 2 ? delay * 2 : LongestWriteDelay)
        {
            try
            {
                await _state.CommitAsync(dialogue => dialogue.With(ended) with { Title = title });
                return;
            }
            catch (MeshException e) when (e.Reason == ErrorReason.StorageFailed)
            {
                Log.CannotWrite(_logger, _key.ToString(), ended.TurnId, e.Message);
            }

            await Task.Delay(delay, _time, _stopping.Token);
        }
    }

    private async Task CancelLiveAsync(string turnId)
    {
        await _cancelLive!.CancelAsync();
        var began = _time.GetTimestamp();
        while (_state.Current.Find(turnId) is { HasEnded: false } && !_pump.IsCompleted)
        {
            var left = CancelPatience - _time.GetElapsedTime(began);
            var changed = _changed.Next;
            if (left <= TimeSpan.Zero || await Task.WhenAny(changed, Task.Delay(left, _time)) != changed)
            {
                throw new MeshException(ErrorReason.StorageFailed, "The turn is stopped, but that could not be written yet.");
            }
        }
    }

    /// <summary>Stops the work without an end being written, and makes the grain ready to begin anew.</summary>
    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _pump;
        _stopping.Dispose();
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(_hostStopping);
        _traces.Clear();
    }

    /// <returns>False if it is not known to be in the list now.</returns>
    private async Task<bool> TellUserAsync(string? newTitle = null)
    {
        var dialogue = _state.Current;
        try
        {
            var telling = User.DialogueChangedAsync(new DialogueSummary
            {
                DialogueId = _key.Dialogue,
                Title = newTitle ?? dialogue.Title,
                CreatedAt = dialogue.CreatedAt,
                UpdatedAt = dialogue.UpdatedAt,
                TurnCount = dialogue.Turns.Count,
            });
            telling.Ignore();
            await telling.WaitAsync(ListPatience, _time);
            return true;
        }
        catch (Exception e)
        {
            // The list is told again with the next turn, and what is on its way may still arrive; an answer must neither fail nor wait for it.
            Log.CannotList(_logger, _key.ToString(), e.Message);
            return false;
        }
    }
}
