namespace MultiModalMesh.Inference.Batching;

/// <summary>A moving average of how long one job takes, to tell a refused caller when to come back.</summary>
internal sealed class ServiceTimeEstimate
{
    private const double Weight = 0.1;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private double _seconds;

    /// <summary>Zero before the first job.</summary>
    public TimeSpan PerJob => TimeSpan.FromSeconds(Volatile.Read(ref _seconds));

    public void Observe(TimeSpan duration)
    {
        var before = Volatile.Read(ref _seconds);
        Volatile.Write(ref _seconds, before == 0 ? duration.TotalSeconds : (before * (1 - Weight)) + (duration.TotalSeconds * Weight));
    }

    /// <summary>When half of that many jobs will be done, within 0.1 to 30 seconds.</summary>
    public TimeSpan Delay(double jobsAhead) =>
        TimeSpan.FromSeconds(Math.Clamp(Volatile.Read(ref _seconds) * jobsAhead / 2, Shortest.TotalSeconds, Longest.TotalSeconds));
}
