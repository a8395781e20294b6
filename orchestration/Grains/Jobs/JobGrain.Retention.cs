using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using Orleans.Runtime;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>How a job comes into the store and goes out of it.</summary>
internal sealed partial class JobGrain
{
    private static readonly TimeSpan EraseAgainAfter = TimeSpan.FromSeconds(30);

    private long? _eraseFailedAt;

    /// <summary>Writes a job. Until the last write it is none: a crash in between leaves what <see cref="DiscardAsync"/> takes away.</summary>
    private async Task ReceiveAsync(SubmitJobCommand command, string hash)
    {
        var now = _time.GetUtcNow();
        var skill = JobLimits.SkillOf(command);
        try
        {
            await _state.CommitAsync(_ => new JobHeader
            {
                Phase = JobPhase.Receiving,
                RequestId = command.RequestId,
                CommandHash = hash,
                Skill = skill,
                Text = command.Text,
                Options = command.Options,
                Seed = command.Options is { Temperature: > 0, Seed: 0 } ? Random.Shared.NextInt64(1, long.MaxValue) : command.Options.Seed,
                Total = command.Items.Count,
                CreatedAt = now,
            });

            // A job is in its user's list when the client hears of it.
            await User.AdmitAsync(new JobView { JobId = _key.Job, RequestId = command.RequestId, State = JobState.Running, Skill = skill, Total = command.Items.Count, CreatedAt = now });
            await ItemsAsync();
            await _items!.CommitAsync(_ => JobItems.Of(command));
            await _log.CreateAsync(command.Items.Count, _stopping.Token);
            await _state.CommitAsync(job => job with { Phase = JobPhase.Running });
        }
        catch (Exception e) when (e is MeshException or DialogueException)
        {
            await TryDiscardAsync();
            throw;
        }
    }

    /// <summary>Takes away what a submission that was broken off has left. Its pictures stay: the client may come again.</summary>
    private async Task DiscardAsync()
    {
        if (_state.Current.Phase != JobPhase.Receiving)
        {
            return;
        }

        await User.JobDeletedAsync(_key.Job);
        await _log.DeleteAsync(_state.Current.Total, _stopping.Token);
        await ItemsAsync();
        await _items!.ClearAsync(_ => true);
        Close();
        await _state.ClearAsync(job => job.Phase == JobPhase.Receiving);
    }

    private async Task TryDiscardAsync()
    {
        try
        {
            await DiscardAsync();
        }
        catch (Exception e) when (e is MeshException or DialogueException)
        {
            // The sweeper comes back for it.
            Log.CannotEraseJob(_logger, _key.ToString(), e.Message);
        }
    }

    /// <summary>Items become hashes of their pictures first, so that none of them is kept for this job's sake; the header goes last.</summary>
    private async Task EraseAsync()
    {
        if (_eraseFailedAt is { } failed && _time.GetElapsedTime(failed) < EraseAgainAfter)
        {
            return;
        }

        try
        {
            // Again, in case a crash came between the deletion and the list.
            await User.JobDeletedAsync(_key.Job);
            await ItemsAsync();
            await _items!.CommitAsync(items => items.Items.IsDefaultOrEmpty ? items : items.ForErasure());
            await _log.DeleteAsync(_state.Current.Total, _stopping.Token);
            await ClearExpiryAsync();
            var pictures = await _eraser.EraseAsync(_key.Tenant, _items.Current.ImageIds, _stopping.Token);
            await _items.ClearAsync(_ => true);
            Close();
            await _state.ClearAsync(job => job.Phase == JobPhase.Erasing);
            _eraseFailedAt = null;
            Log.Erased(_logger, _key.ToString(), pictures);
        }
        catch (Exception e) when (e is MeshException or DialogueException)
        {
            _eraseFailedAt = _time.GetTimestamp();
            Log.CannotEraseJob(_logger, _key.ToString(), e.Message);
            await NoteFailureAsync();
        }
    }

    private async Task NoteFailureAsync()
    {
        try
        {
            await _state.CommitAsync(job => job.Phase == JobPhase.Erasing ? job with { EraseFailures = job.EraseFailures + 1 } : job);
        }
        catch (MeshException e)
        {
            Log.CannotEraseJob(_logger, _key.ToString(), e.Message);
        }
    }

    private async Task ClearExpiryAsync()
    {
        using var expiry = new DurableState<JobExpiry>(_store, JobExpiry.StateName, this.GetGrainId(), _time);
        await expiry.LoadAsync();
        await expiry.ClearAsync(_ => true);
    }
}
