namespace MultiModalMesh.Inference.Batching;

/// <summary>
/// What waits, and what of it runs next: interactive jobs before bulk ones, first come first served in each, only jobs of one bucket
/// together. Knows no threads and takes no locks: its owner does.
/// </summary>
internal sealed class BatchSchedule<TJob>(WorkQueueSettings settings, TimeProvider time)
{
    /// <summary>Bulk jobs that wait are passed over by so many interactive batches, then it is their turn.</summary>
    public const int InteractiveBatchesPerBulkBatch = 3;

    // Timers tick in milliseconds: what is shorter is not worth one.
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);

    private readonly LinkedList<QueuedJob<TJob>> _interactive = [];
    private readonly LinkedList<QueuedJob<TJob>> _bulk = [];
    private readonly BatchPatience _patience = new(settings.MaxBatch, settings.MaxDelay);
    private readonly ServiceTimeEstimate _jobTime = new();
    private int _reserved;
    private int _running;
    private int _passedOver;

    public int Waiting => _interactive.Count + _bulk.Count;

    private int Inside => Waiting + _reserved + _running;

    /// <summary>Keeps a place for a job that is on its way; false if all places of its priority are taken.</summary>
    public bool TryReserve(JobPriority priority)
    {
        if (Waiting + _reserved >= settings.CapacityFor(priority))
        {
            return false;
        }

        _reserved++;
        _patience.CameIn(Inside);
        return true;
    }

    /// <summary>Gives a reserved place back.</summary>
    public void Release() => _reserved--;

    /// <summary>Puts a job on a place that was reserved.</summary>
    public void Add(QueuedJob<TJob> job)
    {
        _reserved--;
        LineOf(job).AddLast(job.Node);
    }

    /// <summary>Takes out a job whose caller has gone; false if it does not wait (any more).</summary>
    public bool Withdraw(QueuedJob<TJob> job)
    {
        if (job.Node.List is null)
        {
            return false;
        }

        LineOf(job).Remove(job.Node);
        return true;
    }

    /// <summary>Chooses what a free thread runs now, if anything.</summary>
    /// <param name="freeSince">The timestamp from which on the thread has been free.</param>
    /// <param name="batch">Takes the jobs to run, in the order of their arrival.</param>
    /// <param name="dropped">Takes the jobs whose callers have gone or whose deadlines have passed.</param>
    /// <returns>Zero if there was something to take, else when to ask again unless a job comes before; infinite if nothing waits.</returns>
    public TimeSpan Take(long freeSince, List<QueuedJob<TJob>> batch, List<QueuedJob<TJob>> dropped)
    {
        if (Waiting == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var now = time.GetTimestamp();
        var delay = _patience.Delay(Waiting, _jobTime.PerJob) - time.GetElapsedTime(Math.Max(freeSince, OldestArrival()), now);
        if (delay >= ShortestDelay)
        {
            return delay;
        }

        var bulkFirst = _interactive.Count == 0 || (_bulk.Count > 0 && _passedOver >= InteractiveBatchesPerBulkBatch);
        Fill(bulkFirst ? _bulk : _interactive, now, batch, dropped);
        if (batch.Count == 0)
        {
            Fill(bulkFirst ? _interactive : _bulk, now, batch, dropped);
        }

        if (batch.Count > 0)
        {
            _passedOver = batch[0].Priority == JobPriority.Bulk || _bulk.Count == 0 ? 0 : _passedOver + 1;
            _running += batch.Count;
            _patience.BatchTaken(Inside);
        }

        return TimeSpan.Zero;
    }

    /// <summary>The jobs of a batch have run.</summary>
    public void Ran(int jobs, TimeSpan duration)
    {
        _running -= jobs;
        _jobTime.Observe(duration / jobs);
    }

    /// <summary>When a caller who was refused may find a place: about when half of what waits has run.</summary>
    public TimeSpan RetryDelay() => _jobTime.Delay(settings.Capacity / (double)settings.Threads);

    /// <summary>Takes out everything that waits.</summary>
    public void Drain(List<QueuedJob<TJob>> dropped)
    {
        dropped.AddRange(_interactive);
        dropped.AddRange(_bulk);
        _interactive.Clear();
        _bulk.Clear();
    }

    private LinkedList<QueuedJob<TJob>> LineOf(QueuedJob<TJob> job) => job.Priority == JobPriority.Bulk ? _bulk : _interactive;

    private long OldestArrival() => Math.Min(_interactive.First?.Value.Arrival ?? long.MaxValue, _bulk.First?.Value.Arrival ?? long.MaxValue);

    // The oldest that is alive gives the bucket, so no bucket waits for ever.
    private void Fill(LinkedList<QueuedJob<TJob>> line, long now, List<QueuedJob<TJob>> batch, List<QueuedJob<TJob>> dropped)
    {
        for (var node = line.First; node is not null && batch.Count < settings.MaxBatch;)
        {
            var (job, next) = (node.Value, node.Next);
            var dead = job.IsDead(now);
            if (dead || batch.Count == 0 || batch[0].Bucket == job.Bucket)
            {
                line.Remove(node);
                (dead ? dropped : batch).Add(job);
            }

            node = next;
        }
    }
}
