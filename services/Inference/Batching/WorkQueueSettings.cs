namespace MultiModalMesh.Inference.Batching;

/// <param name="Name">In metrics, messages and thread names.</param>
/// <param name="Capacity">Jobs that may wait; the last quarter of the places is for interactive ones.</param>
/// <param name="MaxBatch">Jobs that may run together.</param>
/// <param name="Threads">Threads that run batches.</param>
internal sealed record WorkQueueSettings(string Name, int Capacity, int MaxBatch, int Threads)
{
    /// <summary>How long a free thread may wait for a batch to become larger, where there is reason to expect that it does.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>Places that jobs of a priority may fill.</summary>
    public int CapacityFor(JobPriority priority) => priority == JobPriority.Bulk ? Capacity - (Capacity / 4) : Capacity;
}
