using MultiModalMesh.Retrieval.Embedded;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>
/// The order of writing where writes go to several machines: microseconds of the service that took them, no two alike. What one service took has the
/// very order it had on one machine; between services it is that of their clocks.
/// </summary>
internal sealed class WriteClock(TimeProvider time)
{
    private long _last;

    /// <summary>The first of <paramref name="count"/> places, which are <see cref="WriteOrder.Shards"/> apart.</summary>
    public long Take(int count)
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var first = Math.Max(last + 1, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _last, first + count - 1, last) == last)
            {
                return first * WriteOrder.Shards;
            }
        }
    }
}
