using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Batching;

/// <summary>
/// A bounded queue with threads of its own: each takes a batch, as <see cref="BatchSchedule{TJob}"/> chooses it, and runs it. A job whose
/// caller has gone or whose deadline has passed is dropped before it costs anything; a job that finds the queue full is refused at once.
/// Results are left in the job.
/// </summary>
/// <remarks>Own threads, because native inference blocks for long and would starve the thread pool that serves requests.</remarks>
internal sealed class WorkQueue<TJob> : IDisposable
{
    private readonly WorkQueueSettings _settings;
    private readonly Action<IReadOnlyList<TJob>> _run;
    private readonly Func<TJob, int> _bucketOf;
    private readonly TimeProvider _time;
    private readonly List<Thread> _threads = [];

    // A monitor, because its threads have to wait for a pulse while they hold it.
    private readonly object _gate = new();
    private readonly BatchSchedule<TJob> _schedule;
    private bool _stopping;

    /// <param name="settings">Sizes.</param>
    /// <param name="run">Runs a batch on one of the queue's threads; what it throws reaches every caller of the batch.</param>
    /// <param name="time">The clock of waits, delays and deadlines.</param>
    /// <param name="bucketOf">Only jobs of the same bucket run together; null: all may.</param>
    public WorkQueue(WorkQueueSettings settings, Action<IReadOnlyList<TJob>> run, TimeProvider time, Func<TJob, int>? bucketOf = null)
    {
        _settings = settings;
        _run = run;
        _time = time;
        _bucketOf = bucketOf ?? (_ => 0);
        _schedule = new BatchSchedule<TJob>(settings, time);
        for (var i = 0; i < settings.Threads; i++)
        {
            var thread = new Thread(Work) { IsBackground = true, Name = $"{settings.Name}-{i}" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>Ends when the job has run.</summary>
    /// <inheritdoc cref="Place.RunAsync"/>
    public async Task RunAsync(TJob job, Urgency urgency, CancellationToken cancellationToken)
    {
        using var place = Reserve(urgency.Priority);
        await place.RunAsync(job, urgency.Deadline, cancellationToken);
    }

    /// <summary>
    /// Keeps a place for a job that has to be prepared first, so that a full queue refuses before that costs anything, and a batch knows who
    /// is on the way.
    /// </summary>
    /// <exception cref="MeshException">Overloaded, with a delay.</exception>
    public Place Reserve(JobPriority priority)
    {
        TimeSpan retryDelay;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_schedule.TryReserve(priority))
            {
                return new Place(this, priority);
            }

            retryDelay = _schedule.RetryDelay();
        }

        InferenceInstruments.Refused(_settings.Name);
        throw new MeshException(
            ErrorReason.Overloaded,
            $"The queue '{_settings.Name}' is full: {_settings.CapacityFor(priority)} jobs wait, the limit for {(priority == JobPriority.Bulk ? "bulk" : "interactive")} work; try again later.")
        {
            RetryAfter = retryDelay,
        };
    }

    /// <summary>Lets what runs end, and cancels what waits.</summary>
    public void Dispose()
    {
        var dropped = new List<QueuedJob<TJob>>();
        lock (_gate)
        {
            _stopping = true;
            _schedule.Drain(dropped);
            Monitor.PulseAll(_gate);
        }

        foreach (var job in dropped)
        {
            Left(job);
            job.Done.TrySetCanceled();
        }

        foreach (var thread in _threads.Where(t => t != Thread.CurrentThread))
        {
            thread.Join();
        }
    }

    private void Work()
    {
        using var alarm = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var batch = new List<QueuedJob<TJob>>(_settings.MaxBatch);
        var dropped = new List<QueuedJob<TJob>>();
        while (Take(alarm, batch, dropped))
        {
            dropped.ForEach(Drop);
            dropped.Clear();
            if (batch.Count > 0)
            {
                RunBatch(batch);
                batch.Clear();
            }
        }
    }

    // Waits until there is something to run or to drop; false when the queue is closed.
    private bool Take(ITimer alarm, List<QueuedJob<TJob>> batch, List<QueuedJob<TJob>> dropped)
    {
        var freeSince = _time.GetTimestamp();
        lock (_gate)
        {
            while (!_stopping)
            {
                var delay = _schedule.Take(freeSince, batch, dropped);
                if (delay == TimeSpan.Zero)
                {
                    return true;
                }

                alarm.Change(delay, Timeout.InfiniteTimeSpan);
                Monitor.Wait(_gate);
            }

            return false;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void RunBatch(List<QueuedJob<TJob>> batch)
    {
        batch.ForEach(Left);
        InferenceInstruments.BatchStarted(_settings.Name, batch.Count);
        var start = _time.GetTimestamp();
        Exception? failure = null;
        try
        {
            _run(batch.ConvertAll(job => job.Job));
        }
#pragma warning disable CA1031 // Whatever it is belongs to the callers; the thread must live on.
        catch (Exception e)
        {
            failure = e;
        }
#pragma warning restore CA1031

        InferenceInstruments.BatchEnded(_settings.Name, batch.Count);
        lock (_gate)
        {
            _schedule.Ran(batch.Count, _time.GetElapsedTime(start));
        }

        foreach (var job in batch)
        {
            _ = failure is null ? job.Done.TrySetResult() : job.Done.TrySetException(failure);
        }
    }

    private void Drop(QueuedJob<TJob> job)
    {
        Left(job);
        var cancelled = job.Cancellation.IsCancellationRequested;
        InferenceInstruments.Dropped(_settings.Name, cancelled ? "cancelled" : "deadline");
        _ = cancelled ? job.Done.TrySetCanceled(job.Cancellation) : job.Done.TrySetException(TooLate());
    }

    private void Left(QueuedJob<TJob> job) => InferenceInstruments.Dequeued(_settings.Name, _time.GetElapsedTime(job.Arrival));

    private MeshException TooLate() => new(ErrorReason.DeadlineExceeded, $"The call's deadline passed before its turn in the queue '{_settings.Name}'.");

    /// <summary>A place in the queue, to be filled or given back.</summary>
    internal sealed class Place(WorkQueue<TJob> queue, JobPriority priority) : IDisposable
    {
        private bool _open = true;

        /// <summary>Puts the job on the place; once only. Ends when the job has run.</summary>
        /// <exception cref="MeshException">Overloaded, with a delay; DeadlineExceeded, if it could not be started in time.</exception>
        public async Task RunAsync(TJob job, DateTimeOffset? deadline, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var queued = Enqueue(job, deadline, cancellationToken);
            try
            {
                await queued.Done.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Withdraw(queued);
                throw;
            }
        }

        public void Dispose()
        {
            lock (queue._gate)
            {
                if (_open)
                {
                    _open = false;
                    queue._schedule.Release();
                }
            }
        }

        private QueuedJob<TJob> Enqueue(TJob job, DateTimeOffset? deadline, CancellationToken cancellationToken)
        {
            var arrival = queue._time.GetTimestamp();
            var queued = new QueuedJob<TJob>(job, priority, queue._bucketOf(job), arrival, Expiry(arrival, deadline), cancellationToken);
            lock (queue._gate)
            {
                ObjectDisposedException.ThrowIf(queue._stopping || !_open, queue);
                _open = false;
                InferenceInstruments.Enqueued(queue._settings.Name);
                queue._schedule.Add(queued);
                Monitor.Pulse(queue._gate);
            }

            return queued;
        }

        // The deadline is of the wall clock, waiting is timed by the other one, which nobody sets.
        private long Expiry(long arrival, DateTimeOffset? deadline)
        {
            if (deadline is not { } until)
            {
                return long.MaxValue;
            }

            var ticks = (until - queue._time.GetUtcNow()).TotalSeconds * queue._time.TimestampFrequency;
            return ticks < long.MaxValue - arrival ? arrival + (long)ticks : long.MaxValue;
        }

        private void Withdraw(QueuedJob<TJob> queued)
        {
            lock (queue._gate)
            {
                if (!queue._schedule.Withdraw(queued))
                {
                    return;
                }
            }

            queue.Drop(queued);
        }
    }
}
