using System.Threading.Channels;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Batching;

/// <param name="Name">In metrics, messages and thread names.</param>
/// <param name="Capacity">Jobs that may wait.</param>
/// <param name="MaxBatch">Jobs that may run together.</param>
/// <param name="Threads">Threads that run batches.</param>
internal sealed record WorkQueueSettings(string Name, int Capacity, int MaxBatch, int Threads);

/// <summary>
/// A bounded queue with threads of its own: each takes what waits, up to a batch, and runs it. A job whose caller has gone is dropped when its
/// turn comes; a job that finds the queue full is refused at once. Results are left in the job.
/// </summary>
/// <remarks>Own threads, because native inference blocks for long and would starve the thread pool that serves requests.</remarks>
internal sealed class WorkQueue<TJob> : IDisposable
{
    private readonly WorkQueueSettings _settings;
    private readonly Action<IReadOnlyList<TJob>> _run;
    private readonly TimeProvider _time;
    private readonly Channel<Entry> _channel;
    private readonly List<Thread> _threads = [];
    private readonly ServiceTimeEstimate _estimate = new();
    private volatile bool _stopping;

    public WorkQueue(WorkQueueSettings settings, Action<IReadOnlyList<TJob>> run, TimeProvider time)
    {
        _settings = settings;
        _run = run;
        _time = time;

        // FullMode.Wait makes TryWrite return false when full; nobody waits for room.
        _channel = Channel.CreateBounded<Entry>(new BoundedChannelOptions(settings.Capacity) { FullMode = BoundedChannelFullMode.Wait });
        for (var i = 0; i < settings.Threads; i++)
        {
            var thread = new Thread(Work) { IsBackground = true, Name = $"{settings.Name}-{i}" };
            thread.Start();
            _threads.Add(thread);
        }
    }

    /// <summary>Ends when the job has run.</summary>
    /// <exception cref="MeshException">Overloaded, with a delay.</exception>
    public async Task RunAsync(TJob job, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        cancellationToken.ThrowIfCancellationRequested();
        var entry = new Entry(job, _time.GetTimestamp(), cancellationToken);
        InferenceInstruments.Enqueued(_settings.Name);
        if (!_channel.Writer.TryWrite(entry))
        {
            InferenceInstruments.Dequeued(_settings.Name, TimeSpan.Zero);
            InferenceInstruments.Refused(_settings.Name);
            ObjectDisposedException.ThrowIf(_stopping, this);
            throw new MeshException(ErrorReason.Overloaded, $"The queue '{_settings.Name}' is full with {_settings.Capacity} waiting; try again later.")
            {
                RetryAfter = _estimate.Delay(_settings.Capacity / (double)_settings.Threads),
            };
        }

        await entry.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets what runs end, and cancels what waits.</summary>
    public void Dispose()
    {
        _stopping = true;
        _channel.Writer.TryComplete();
        foreach (var thread in _threads.Where(t => t != Thread.CurrentThread))
        {
            thread.Join();
        }
    }

    private void Work()
    {
        var batch = new List<Entry>(_settings.MaxBatch);
        while (_channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < _settings.MaxBatch && _channel.Reader.TryRead(out var entry))
            {
                InferenceInstruments.Dequeued(_settings.Name, _time.GetElapsedTime(entry.Arrival));
                if (_stopping || entry.Cancellation.IsCancellationRequested)
                {
                    entry.Done.TrySetCanceled(entry.Cancellation);
                }
                else
                {
                    batch.Add(entry);
                }
            }

            if (batch.Count > 0)
            {
                RunBatch(batch);
            }
        }
    }

    private void RunBatch(List<Entry> batch)
    {
        var start = _time.GetTimestamp();
        try
        {
            InferenceInstruments.RanBatch(_settings.Name, batch.Count);
            _run(batch.ConvertAll(e => e.Job));
            _estimate.Observe(_time.GetElapsedTime(start) / batch.Count);
            batch.ForEach(e => e.Done.TrySetResult());
        }
#pragma warning disable CA1031 // Whatever it is belongs to the callers; the thread must live on.
        catch (Exception e)
        {
            batch.ForEach(entry => entry.Done.TrySetException(e));
        }
#pragma warning restore CA1031
    }

    private sealed record Entry(TJob Job, long Arrival, CancellationToken Cancellation)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
