using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Erasing;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Workers.Placement;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What a dialogue answers; what it does on its own is in DialogueGrain.Work.cs.</summary>
[OnRole("silo")]
[GrainType("dialogue")]
internal sealed partial class DialogueGrain : Grain, IDialogueGrain, IDisposable
{
    public const string StateName = "dialogue";

    private readonly DurableState<DialogueState> _state;
    private readonly TurnWork _work;
    private readonly Eraser _eraser;
    private readonly StillMember _still;
    private readonly DialogueOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DialogueKey _key;
    private readonly ChangeSignal _changed = new();

    public DialogueGrain(
        IStateStore store,
        TurnWork work,
        Eraser eraser,
        StillMember still,
        IOptions<DialogueOptions> options,
        IHostApplicationLifetime host,
        TimeProvider time,
        ILogger<DialogueGrain> logger)
    {
        _hostStopping = host.ApplicationStopping;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(_hostStopping);
        _state = new DurableState<DialogueState>(store, StateName, this.GetGrainId(), time);
        _work = work;
        _eraser = eraser;
        _still = still;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _key = DialogueKey.Parse(this.GetPrimaryKeyString());
    }

    public Task<TurnView> PostTurnAsync(PostTurnCommand command) => AnswerAsync(async () =>
    {
        TurnLimits.Check(command);
        if (_state.Current.Turns.Find(turn => turn.RequestId == command.RequestId) is { } known)
        {
            return known.AsksTheSameAs(command)
                ? View(known)
                : throw new MeshException(ErrorReason.RequestIdReused, $"The request id '{command.RequestId}' was used for another turn of this dialogue; choose a new one.") { Field = "request_id" };
        }

        var hasPictures = ConversationPrompt.HasPictures(_state.Current);
        TurnLimits.CheckContent(command, hasPictures);
        if (_state.Current.Turns.Count(turn => !turn.HasEnded) is var waiting && waiting >= _options.MaxPendingTurns)
        {
            throw new MeshException(ErrorReason.Overloaded, $"{waiting} turns of this dialogue wait for their answer, the limit is {_options.MaxPendingTurns}.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }

        var turn = NewTurn(command, hasPictures);
        await _state.CommitAsync(dialogue => dialogue with
        {
            Title = dialogue.Turns.IsEmpty ? DialogueTitle.Of(turn.Text) : dialogue.Title,
            CreatedAt = dialogue.Turns.IsEmpty ? turn.CreatedAt : dialogue.CreatedAt,
            UpdatedAt = turn.CreatedAt,
            Turns = dialogue.Turns.Add(turn),
        });
        if (_state.Current.Turns.Count == 1)
        {
            // A new dialogue is in its user's list when the client hears of it.
            await TellUserAsync();
        }

        if (Activity.Current is { } activity)
        {
            _traces[turn.TurnId] = activity.Context;
        }

        Wake();
        return turn.ToView();
    });

    public async IAsyncEnumerable<TurnEvent> WatchTurnAsync(string turnId, int afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await AnswerAsync(() => Task.FromResult(true));
        var sent = Math.Max(0, afterSequence);
        while (true)
        {
            var changed = _changed.Next;

            // The reader's gateway subscribes again and gets the activation that knows.
            await ConfirmAsync();
            _state.ThrowIfOvertaken();
            if (_state.Current.Find(turnId) is not { } turn)
            {
                throw NoTurn(turnId).ToDialogueException();
            }

            var live = _live is { } running && running.Record.TurnId == turnId ? running : null;
            if (turn.HasEnded)
            {
                while (sent < turn.EventEnds.Length)
                {
                    sent++;
                    yield return new TurnEvent { Sequence = sent, TextDelta = turn.TextOf(sent) };
                }

                if (sent == turn.EventEnds.Length)
                {
                    yield return new TurnEvent { Sequence = sent + 1, Ended = turn.ToView() };
                }

                yield break;
            }

            // A reader may be ahead of a turn that was begun anew after a crash: it waits until the turn has come that far again.
            if (live is not null && sent < live.EventCount)
            {
                sent++;
                yield return new TurnEvent { Sequence = sent, TextDelta = live.TextOf(sent) };
            }
            else if (_hostStopping.IsCancellationRequested)
            {
                // The work has stopped here. Its reader's gateway subscribes again, and that wakes the dialogue where it goes on; a reader that
                // stayed would hold up the silo's end, too.
                throw new MeshException(ErrorReason.PeerUnavailable, "The silo that holds the dialogue is shutting down; subscribe again.").ToDialogueException();
            }
            else
            {
                await changed.WaitAsync(cancellationToken);
            }
        }
    }

    public Task<TurnView> CancelTurnAsync(string turnId) => AnswerAsync(async () =>
    {
        var turn = _state.Current.Find(turnId) ?? throw NoTurn(turnId);
        if (_live?.Record.TurnId == turnId)
        {
            await CancelLiveAsync(turnId);
        }
        else if (!turn.HasEnded)
        {
            await _state.CommitAsync(dialogue => dialogue.With(turn with { State = TurnState.Cancelled, TokenIds = [] }));
            _changed.Set();
        }

        return View(_state.Current.Find(turnId) ?? throw NoTurn(turnId));
    });

    public Task<DialogueView?> GetAsync() => AnswerAsync(() => Task.FromResult(_state.Current.Turns.IsEmpty ? null : new DialogueView
    {
        DialogueId = _key.Dialogue,
        Title = _state.Current.Title,
        CreatedAt = _state.Current.CreatedAt,
        UpdatedAt = _state.Current.UpdatedAt,
        Turns = _state.Current.Turns.ConvertAll(View),
    }));

    public Task DeleteAsync() => AnswerAsync(async () =>
    {
        await StopAsync();
        await _state.CommitAsync(dialogue => dialogue.Turns.IsEmpty ? dialogue : new DialogueState { Erasure = Erasure.Of(dialogue) });
        _changed.Set();
        await User.DialogueDeletedAsync(_key.Dialogue);
        Wake();
        return true;
    });

    public Task ResumeAsync() => AnswerAsync(() =>
    {
        Wake();
        return Task.FromResult(true);
    });

    public void Dispose()
    {
        _stopping.Dispose();
        _state.Dispose();
    }

    private TurnRecord NewTurn(PostTurnCommand command, bool hasPictures)
    {
        var now = _time.GetUtcNow();
        return new TurnRecord
        {
            TurnId = $"turn_{Guid.CreateVersion7(now):N}",
            RequestId = command.RequestId,
            Text = command.Text,
            ImageIds = [.. command.ImageIds],
            RequestedSkill = command.Skill,
            Skill = SkillChoice.Of(command, hasPictures),
            Options = command.Options,
            Seed = command.Options is { Temperature: > 0, Seed: 0 } ? Random.Shared.NextInt64(1, long.MaxValue) : command.Options.Seed,
            CreatedAt = now,
        };
    }

    private TurnView View(TurnRecord turn) => !turn.HasEnded && _live is { } live && live.Record.TurnId == turn.TurnId ? live.Checkpoint().ToView() : turn.ToView();

    private async ValueTask ConfirmAsync()
    {
        try
        {
            await _still.ConfirmAsync();
        }
        catch (MeshException e)
        {
            throw e.ToDialogueException();
        }
    }

    private MeshException NoTurn(string turnId) => new(ErrorReason.TurnNotFound, $"There is no turn '{turnId}' in the dialogue '{_key.Dialogue}'.");

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
            Log.Overtaken(_logger, _key.ToString(), e.Message);
            DeactivateOnIdle();
            _changed.Set();
            throw new DialogueException(ErrorReason.PeerUnavailable.Code, "The dialogue was changed elsewhere at the same moment; try again.");
        }
    }
}
