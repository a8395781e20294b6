using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>One enumeration of a turn's events, which can be left while it waits for a silo that will not answer any more.</summary>
internal sealed class Subscription : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving;
    private readonly IAsyncEnumerator<TurnEvent> _events;
    private Task<bool> _moving = Task.FromResult(false);

    public Subscription(IDialogueGrain dialogue, string turnId, int afterSequence, CancellationToken cancellationToken)
    {
        _leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _events = dialogue.WatchTurnAsync(turnId, afterSequence, _leaving.Token).GetAsyncEnumerator(_leaving.Token);
    }

    /// <summary>The event that came; null at the end of the enumeration.</summary>
    public TurnEvent? Current { get; private set; }

    /// <returns>False if nothing came in that time; then only to be disposed.</returns>
    public async Task<bool> MovesAsync(TimeSpan silence, TimeProvider time)
    {
        _moving = _events.MoveNextAsync().AsTask();
        try
        {
            Current = await _moving.WaitAsync(silence, time) ? _events.Current : null;
            return true;
        }
        catch (TimeoutException) when (!_moving.IsCompleted)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        if (_moving.IsCompleted)
        {
            await CloseAsync();
        }
        else
        {
            // Not waited for: it may take until the cluster's own time limit.
            _ = CloseAsync();
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await ((Task)_moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _events.DisposeAsync();
        }
        catch (Exception error) when (GrainErrors.IsSiloGone(error) || error is OperationCanceledException)
        {
            // Where the silo is gone there is nothing left to end.
        }
        finally
        {
            _leaving.Dispose();
        }
    }
}
