using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Workers.Placement;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Users;

[OnRole("silo")]
[GrainType("user")]
internal sealed class UserGrain : Grain, IUserGrain, IDisposable
{
    private const int MaxPageSize = 200;

    private readonly DurableState<UserState> _state;
    private readonly StillMember _still;

    public UserGrain(IStateStore store, StillMember still, TimeProvider time)
    {
        _state = new DurableState<UserState>(store, "user", this.GetGrainId(), time);
        _still = still;
    }

    public Task<DialoguePage> ListDialoguesAsync(int pageSize, string pageToken) => AnswerAsync(() => pageSize is >= 1 and <= MaxPageSize
        ? Task.FromResult(_state.Current.Page(pageSize, pageToken))
        : throw new MeshException(ErrorReason.InvalidRequest, $"The page size is {pageSize}, but must be 1..{MaxPageSize}.") { Field = "page_size" });

    public Task DialogueChangedAsync(DialogueSummary summary) => AnswerAsync(async () =>
    {
        // Told twice of the same, as after a restart, it writes once.
        await _state.CommitAsync(user => user.Dialogues.TryGetValue(summary.DialogueId, out var known) && known == summary
            ? user
            : user with { Dialogues = user.Dialogues.SetItem(summary.DialogueId, summary) });
        return true;
    });

    public Task DialogueDeletedAsync(string dialogueId) => AnswerAsync(async () =>
    {
        await _state.CommitAsync(user => user.Dialogues.ContainsKey(dialogueId) ? user with { Dialogues = user.Dialogues.Remove(dialogueId) } : user);
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
