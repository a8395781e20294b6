using System.Collections.Immutable;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>What is to be done of a job, and how much of it is being done. Safe for concurrent use.</summary>
/// <param name="key">Whose job.</param>
/// <param name="job">Its settings.</param>
/// <param name="items">All of them.</param>
/// <param name="pending">Indices of those without a result, in the order in which they are begun.</param>
internal sealed class JobOrder(JobKey key, JobHeader job, ImmutableArray<JobItemRecord> items, IReadOnlyList<int> pending)
{
    private int _taken;
    private int _running;

    public JobKey Key => key;

    public JobHeader Job => job;

    public ImmutableArray<JobItemRecord> Items => items;

    public IReadOnlyList<int> Pending => pending;

    public int Running => Volatile.Read(ref _running);

    public bool TryTakeNext(out int index)
    {
        var taken = Interlocked.Increment(ref _taken) - 1;
        index = taken < pending.Count ? pending[taken] : -1;
        return index >= 0;
    }

    public void Began() => Interlocked.Increment(ref _running);

    public void Ended() => Interlocked.Decrement(ref _running);
}
