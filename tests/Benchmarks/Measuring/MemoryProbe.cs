namespace MultiModalMesh.Benchmarks.Measuring;

/// <summary>Notes the largest resident memory of this process while it lives.</summary>
internal sealed class MemoryProbe : IAsyncDisposable
{
    private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(50));
    private readonly Task _watching;
    private long _peak = Environment.WorkingSet;

    public MemoryProbe() => _watching = WatchAsync();

    /// <summary>Mebibytes.</summary>
    public double Peak => Interlocked.Read(ref _peak) / (double)(1 << 20);

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching;
    }

    private async Task WatchAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            Interlocked.Exchange(ref _peak, Math.Max(Interlocked.Read(ref _peak), Environment.WorkingSet));
        }
    }
}
