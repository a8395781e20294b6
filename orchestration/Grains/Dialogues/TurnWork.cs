using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>Works on a turn until it has an end: what passes is waited for, what does not is the turn's failure.</summary>
internal sealed class TurnWork(ConversationSkill conversation, SearchSkill search, IOptions<DialogueOptions> options, TimeProvider time, ILogger<TurnWork> logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    /// <returns>The turn as it ended: done or failed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<TurnRecord> RunAsync(DialogueKey key, DialogueState dialogue, LiveTurn turn, Func<Task> checkpoint, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.TurnTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var (delay, waitingSince, progress) = (FirstDelay, time.GetTimestamp(), turn.TokenCount);
        while (true)
        {
            MeshException error;
            try
            {
                var outcome = turn.Record.Skill == Skill.Search
                    ? await search.RunAsync(key, turn, either.Token)
                    : await conversation.RunAsync(key, dialogue, turn, checkpoint, either.Token);
                return turn.End(TurnState.Done, outcome.Usage, hits: outcome.Hits, confidence: outcome.Confidence);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
                return Failed(turn, new MeshException(ErrorReason.DeadlineExceeded, $"The turn took longer than {options.Value.TurnTimeout}."));
            }
            catch (MeshException e)
            {
                error = e;
            }
            catch (Exception e) when (e is not Orleans.Storage.InconsistentStateException)
            {
                Log.TurnBroke(logger, e, key.ToString(), turn.Record.TurnId);
                return Failed(turn, new MeshException(ErrorReason.PeerFailed, "The turn failed for a reason of ours; the log has it."));
            }

            if (turn.TokenCount > progress)
            {
                (delay, waitingSince, progress) = (FirstDelay, time.GetTimestamp(), turn.TokenCount);
            }

            if (!Passes(error) || time.GetElapsedTime(waitingSince) >= options.Value.WorkerWait)
            {
                return Failed(turn, error);
            }

            Log.TurnWaits(logger, key.ToString(), turn.Record.TurnId, error.Reason.Code, error.Message);
            try
            {
                await Task.Delay(error.RetryAfter is { } asked && asked > delay && asked < LongestDelay ? asked : delay, time, either.Token);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return Failed(turn, error);
            }

            delay = delay < LongestDelay / 2 ? delay * 2 : LongestDelay;
        }
    }

    private static bool Passes(MeshException error) =>
        error.Reason == ErrorReason.NoWorker || error.Reason == ErrorReason.PeerUnavailable || error.Reason == ErrorReason.Overloaded;

    private TurnRecord Failed(LiveTurn turn, MeshException error)
    {
        Log.TurnFailed(logger, turn.Record.TurnId, error.Reason.Code, error.Message);
        return turn.End(TurnState.Failed, error: new TurnError(error.Reason.Code, error.Message));
    }
}
