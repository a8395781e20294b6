using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Workers.Placement;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Users;

/// <summary>
/// The list of a user's dialogues. What a list cannot do without (a new dialogue, another title, a deletion) is durable when the call
/// returns; when a dialogue was last used is written a while later, for all of them at once, because it changes with every turn.
/// </summary>
/// <remarks>Reentrant: those that wait for the store while it writes share the next write.</remarks>
[OnRole("silo")]
[Reentrant]
[GrainType("user")]
internal sealed class UserGrain : Grain, IUserGrain, IDisposable
{
    /// <summary>What a silo that dies may take with it of the list's order; the dialogue's next turn tells it again.</summary>
    private static readonly TimeSpan WriteDelay = TimeSpan.FromSeconds(30);

    private readonly DurableState<UserState> _state;
    private readonly StillMember _still;
    private readonly ILogger _logger;
    private IGrainTimer? _writing;

    // By dialogue; null: deleted.
    private ImmutableDictionary<string, DialogueSummary?> _unwritten = ImmutableDictionary<string, DialogueSummary?>.Empty;

    public UserGrain(IStateStore store, StillMember still, TimeProvider time, ILogger<UserGrain> logger)
    {
        _state = new DurableState<UserState>(store, "user", this.GetGrainId(), time);
        _still = still;
        _logger = logger;
    }

    private UserState Latest => _state.Current.With(_unwritten);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await TryWriteAsync();

    public Task<DialoguePage> ListDialoguesAsync(int pageSize, string pageToken) => AnswerAsync(() => Task.FromResult(Latest.Page(pageSize, pageToken)));

    public Task DialogueChangedAsync(DialogueSummary summary) => AnswerAsync(async () =>
    {
        // Told twice of the same, as after a restart, it writes once.
        var known = Known(summary.DialogueId);
        if (known == summary)
        {
            return true;
        }

        _unwritten = _unwritten.SetItem(summary.DialogueId, summary);
        if (known?.Title == summary.Title)
        {
            WriteLater();
        }
        else
        {
            await WriteAsync();
        }

        return true;
    });

    public Task DialogueDeletedAsync(string dialogueId) => AnswerAsync(async () =>
    {
        if (Known(dialogueId) is not null || _unwritten.ContainsKey(dialogueId))
        {
            _unwritten = _unwritten.SetItem(dialogueId, null);
            await WriteAsync();
        }

        return true;
    });

    public void Dispose()
    {
        _writing?.Dispose();
        _state.Dispose();
    }

    private DialogueSummary? Known(string dialogueId) =>
        _unwritten.TryGetValue(dialogueId, out var changed) ? changed : _state.Current.Dialogues.GetValueOrDefault(dialogueId);

    private void WriteLater() => _writing ??= this.RegisterGrainTimer(
        async _ =>
        {
            _writing?.Dispose();
            _writing = null;
            await TryWriteAsync();
            WriteRestLater();
        },
        WriteDelay,
        Timeout.InfiniteTimeSpan);

    private void WriteRestLater()
    {
        if (!_unwritten.IsEmpty)
        {
            WriteLater();
        }
    }

    private async Task TryWriteAsync()
    {
        try
        {
            if (!_unwritten.IsEmpty)
            {
                await WriteAsync();
            }
        }
        catch (MeshException e)
        {
            Log.CannotWriteList(_logger, this.GetPrimaryKeyString(), e.Message);
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle();
        }
    }

    private async Task WriteAsync()
    {
        var taken = _unwritten;
        await _state.CommitAsync(user =>
        {
            taken = _unwritten;
            return user.With(taken);
        });
        _unwritten = _unwritten.RemoveRange(taken.Where(one => ReferenceEquals(_unwritten.GetValueOrDefault(one.Key), one.Value)).Select(one => one.Key));
    }

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
            WriteRestLater();
            throw e.ToDialogueException();
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle();
            throw new DialogueException(ErrorReason.PeerUnavailable.Code, "The list was changed elsewhere at the same moment; try again.");
        }
    }
}
