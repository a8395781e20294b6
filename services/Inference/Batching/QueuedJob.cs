namespace MultiModalMesh.Inference.Batching;

/// <summary>A job that waits or runs, and the promise of its end.</summary>
internal sealed class QueuedJob<TJob>
{
    /// <param name="bucket">Only jobs of the same bucket run together.</param>
    /// <param name="arrival">A timestamp of the queue's clock.</param>
    /// <param name="expiry">Likewise: when it is too late to start.</param>
    public QueuedJob(TJob job, JobPriority priority, int bucket, long arrival, long expiry, CancellationToken cancellation)
    {
        Job = job;
        Priority = priority;
        Bucket = bucket;
        Arrival = arrival;
        Expiry = expiry;
        Cancellation = cancellation;
        Node = new LinkedListNode<QueuedJob<TJob>>(this);
    }

    public TJob Job { get; }

    public JobPriority Priority { get; }

    public int Bucket { get; }

    public long Arrival { get; }

    public long Expiry { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Its place in line, so that it can be taken out of the middle.</summary>
    public LinkedListNode<QueuedJob<TJob>> Node { get; }

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Nobody would take its result.</summary>
    public bool IsDead(long now) => Cancellation.IsCancellationRequested || now >= Expiry;
}
