namespace MultiModalMesh.Inference.Batching;

/// <summary>
/// Decides how long a free device waits for a batch to become larger. A lone caller never waits. Where several came at a time of late, the
/// rest of them are likely to be on their way (their last answers have just left), and one larger run costs less than two small ones.
/// </summary>
/// <remarks>
/// One run less saves at most what a run costs by itself, which is less than a job; half a job's time is as long as that is worth. So the
/// longest delay matters for large models only, and for small ones the wait is as short as they are.
/// </remarks>
internal sealed class BatchPatience(int maxBatch, TimeSpan maxDelay)
{
    private double _callers;

    /// <summary>Somebody came in.</summary>
    /// <param name="inside">Jobs that are coming, wait or run, with this one.</param>
    public void CameIn(int inside) => _callers = Math.Max(_callers, inside);

    /// <summary>A batch has been taken: who has not been seen for some batches is forgotten.</summary>
    /// <param name="inside">Jobs that are coming, wait or run.</param>
    public void BatchTaken(int inside) => _callers = inside + ((_callers - inside) / 2);

    /// <param name="waiting">Jobs that could run now, of all kinds: while others wait, a free device is of more use to them.</param>
    /// <param name="jobTime">What one job takes in a batch.</param>
    public TimeSpan Delay(int waiting, TimeSpan jobTime)
    {
        if (waiting >= Math.Min(maxBatch, (int)_callers))
        {
            return TimeSpan.Zero;
        }

        var worth = jobTime / 2;
        return worth < maxDelay ? worth : maxDelay;
    }
}
