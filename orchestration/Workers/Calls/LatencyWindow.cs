namespace MultiModalMesh.Workers.Calls;

/// <summary>How long the last calls took. Safe for concurrent use.</summary>
internal sealed class LatencyWindow
{
    private const int Size = 256;
    private const int Enough = 32;

    private readonly Lock _gate = new();
    private readonly TimeSpan[] _last = new TimeSpan[Size];
    private int _count;

    public void Add(TimeSpan latency)
    {
        lock (_gate)
        {
            _last[_count++ % Size] = latency;
        }
    }

    /// <summary>Within which that share of them was answered; null while they are too few to tell.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan? Quantile(double share)
    {
        TimeSpan[] sorted;
        lock (_gate)
        {
            if (_count < Enough)
            {
                return null;
            }

            sorted = _last[..Math.Min(_count, Size)];
        }

        Array.Sort(sorted);
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
