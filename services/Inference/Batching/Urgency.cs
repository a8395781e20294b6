namespace MultiModalMesh.Inference.Batching;

/// <summary>Who goes first where work has to wait.</summary>
public enum JobPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Work in quantity, such as indexing: goes when nothing interactive waits, and once in a while all the same.</summary>
    Bulk,
}

/// <summary>How a job waits; the default is interactive without a deadline.</summary>
/// <param name="Priority">Who goes first.</param>
/// <param name="Deadline">A job that has not been started by then is dropped without costing anything; null: it waits for as long as it takes.</param>
public readonly record struct Urgency(JobPriority Priority = JobPriority.Interactive, DateTimeOffset? Deadline = null);
