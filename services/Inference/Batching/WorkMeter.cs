namespace MultiModalMesh.Inference.Batching;

/// <summary>
/// Work in flight, and how fast it is done: an exponentially weighted mean over the time in which there was any, so that a quiet night makes nobody
/// look slow. Both are in one unit, so their quotient is the time until what is in flight is done (Little's law). Safe for concurrent use.
/// </summary>
public sealed class WorkMeter(TimeProvider time)
{
    /// <summary>Of busy time; what is longer ago than that weighs little.</summary>
    private const double MemorySeconds = 15;

    private readonly Lock _gate = new();
    private double _done;
    private double _busy;
    private long _since;
    private bool _hasMeasured;

    public long InFlight { get; private set; }

    /// <summary>0 before anything was done. Falls while work is in flight and none of it gets done.</summary>
    public double PerSecond
    {
        get
        {
            lock (_gate)
            {
                Advance();
                return _hasMeasured && _busy > 0 ? _done / _busy : 0;
            }
        }
    }

    public void Began(long work)
    {
        lock (_gate)
        {
            Advance();
            InFlight += work;
        }
    }

    public void Done(long work)
    {
        lock (_gate)
        {
            Advance();
            InFlight -= work;
            _done += work;
            _hasMeasured = true;
        }
    }

    /// <summary>It was given up before it was begun, so it says nothing about the speed.</summary>
    public void Dropped(long work)
    {
        lock (_gate)
        {
            Advance();
            InFlight -= work;
        }
    }

    private void Advance()
    {
        var now = time.GetTimestamp();
        if (InFlight > 0)
        {
            var kept = Math.Exp(-time.GetElapsedTime(_since, now).TotalSeconds / MemorySeconds);
            _done *= kept;
            _busy = (_busy * kept) + (MemorySeconds * (1 - kept));
        }

        _since = now;
    }
}
