using MultiModalMesh.Errors;

namespace MultiModalMesh.Workers.Draining;

/// <summary>Where calls for work come in. Closed, it lets nobody in any more and waits for those inside. Safe for concurrent use.</summary>
internal sealed class WorkGate(TimeProvider time) : IDisposable
{
    // What is ended has only to say so to its caller.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private bool _isClosed;

    /// <summary>Cancelled when the calls inside have to end, finished or not.</summary>
    public CancellationToken Ending => _ending.Token;

    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Calls that are worked on.</summary>
    public int Inside
    {
        get
        {
            lock (_gate)
            {
                return _inside;
            }
        }
    }

    /// <summary>What is said to those that come too late and to those that are not waited for; their callers go on with another worker.</summary>
    public static MeshException Refusal => new(ErrorReason.PeerUnavailable, "This worker is shutting down; ask another one.");

    /// <exception cref="MeshException"><see cref="ErrorReason.PeerUnavailable"/>: it is closed.</exception>
    public void Enter()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw Refusal;
            }

            _inside++;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _inside--;
            TellIfEmpty();
        }
    }

    /// <summary>Closes, waits for the calls inside, and ends those that take longer than that.</summary>
    /// <returns>How many had to be ended.</returns>
    public async Task<int> DrainAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isClosed = true;
            TellIfEmpty();
        }

        if (await IsEmptyWithinAsync(patience, cancellationToken))
        {
            return 0;
        }

        var left = Inside;
        await _ending.CancelAsync();
        await IsEmptyWithinAsync(LastWords, cancellationToken);
        return left;
    }

    public void Dispose() => _ending.Dispose();

    private void TellIfEmpty()
    {
        if (_isClosed && _inside == 0)
        {
            _empty.TrySetResult();
        }
    }

    private async Task<bool> IsEmptyWithinAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await _empty.Task.WaitAsync(patience, time, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
