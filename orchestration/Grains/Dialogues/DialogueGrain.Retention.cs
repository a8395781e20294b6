using MultiModalMesh.Errors;
using Orleans.Storage;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What becomes of a dialogue that was deleted, or that nobody has used for a while.</summary>
internal sealed partial class DialogueGrain
{
    private static readonly TimeSpan EraseAgainAfter = TimeSpan.FromSeconds(30);

    private long? _eraseFailedAt;

    /// <summary>Before the turns: they may be of a new dialogue of the same name. One that fails is left to the sweeper, and holds no turn up.</summary>
    private async Task EraseAsync()
    {
        if (_state.Current.Erasure is not { } erasure || (_eraseFailedAt is { } failed && _time.GetElapsedTime(failed) < EraseAgainAfter))
        {
            return;
        }

        try
        {
            if (_state.Current.Turns.IsEmpty)
            {
                // Again, in case a crash came between the deletion and the list.
                await User.DialogueDeletedAsync(_key.Dialogue);
            }

            var pictures = await _eraser.EraseAsync(_key.Tenant, erasure.ImageIds, _stopping.Token);
            _eraseFailedAt = null;
            Log.Erased(_logger, _key.ToString(), pictures);
            if (!await _state.ClearAsync(dialogue => dialogue.Turns.IsEmpty))
            {
                await _state.CommitAsync(dialogue => dialogue with { Erasure = null });
            }
        }
        catch (Exception e) when (e is MeshException or DialogueException)
        {
            _eraseFailedAt = _time.GetTimestamp();
            Log.CannotErase(_logger, _key.ToString(), e.Message);
            await NoteFailureAsync();
        }
    }

    private async Task NoteFailureAsync()
    {
        try
        {
            await _state.CommitAsync(dialogue => dialogue.Erasure is { } erasure ? dialogue with { Erasure = erasure with { Failures = erasure.Failures + 1 } } : dialogue);
        }
        catch (MeshException e)
        {
            Log.CannotErase(_logger, _key.ToString(), e.Message);
        }
    }

    private async Task CompactAsync()
    {
        try
        {
            await _state.LoadAsync();
            await _state.CommitAsync(dialogue => dialogue.Compacted());
        }
        catch (Exception e) when (e is MeshException or InconsistentStateException)
        {
            Log.CannotCompact(_logger, _key.ToString(), e.Message);
        }
    }
}
