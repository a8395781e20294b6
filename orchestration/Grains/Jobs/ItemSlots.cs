namespace MultiModalMesh.Grains.Jobs;

/// <summary>
/// How many items of all jobs of this silo are with the workers at a time, by model. As many as the workers have places, less an eighth, which is
/// left to those who wait for an answer; less while workers refuse (additive increase, multiplicative decrease; Chiu and Jain, 1989). Free slots go
/// to tenants in turn, so that one tenant's ten jobs get no more than another's one.
/// </summary>
internal sealed class ItemSlots(TimeProvider time)
{
    private const double LeftToOthers = 1 / 8.0;

    // Refusals come in swarms: all that were on their way when the workers were full are one sign, not many.
    private static readonly TimeSpan BetweenCuts = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Waits for a slot. Whoever gets it has to give it back.</summary>
    /// <param name="model">Of the items; empty for any.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<Slot> AcquireAsync(string model, string tenant, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        Lane lane;
        lock (_gate)
        {
            lane = LaneOf(model);
            if (lane.HasRoom && lane.NobodyWaits)
            {
                lane.InUse++;
                return new Slot(this, lane);
            }

            waiter = lane.Wait(tenant);
        }

        await using var registration = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        await waiter.Task;
        return new Slot(this, lane);
    }

    /// <param name="model">Of the items; empty for any.</param>
    /// <param name="places">Of all workers that have it.</param>
    public void Resize(string model, int places)
    {
        lock (_gate)
        {
            var lane = LaneOf(model);
            var most = Math.Max(1, places - Math.Ceiling(places * LeftToOthers));

            // One that was at its most grows at once, one that was cut goes on growing step by step.
            lane.Limit = lane.Limit >= lane.Most ? most : Math.Min(lane.Limit, most);
            lane.Most = most;
            lane.Admit();
        }
    }

    private Lane LaneOf(string model)
    {
        if (!_lanes.TryGetValue(model, out var lane))
        {
            _lanes[model] = lane = new Lane();
        }

        return lane;
    }

    private void Return(Lane lane, bool? succeeded)
    {
        lock (_gate)
        {
            lane.InUse--;
            if (succeeded == true)
            {
                lane.Limit = Math.Min(lane.Most, lane.Limit + (1 / lane.Limit));
            }
            else if (succeeded == false && (lane.CutAt is not { } at || time.GetElapsedTime(at) >= BetweenCuts))
            {
                lane.Limit = Math.Max(1, lane.Limit / 2);
                lane.CutAt = time.GetTimestamp();
            }

            lane.Admit();
        }
    }

    /// <summary>A place for one item, given back when disposed.</summary>
    internal sealed class Slot(ItemSlots slots, object lane) : IDisposable
    {
        private bool? _succeeded;

        /// <summary>A worker had room for it.</summary>
        public void Taken() => _succeeded = true;

        /// <summary>No worker had.</summary>
        public void Refused() => _succeeded = false;

        public void Dispose() => slots.Return((Lane)lane, _succeeded);
    }

    private sealed class Lane
    {
        private readonly Dictionary<string, Queue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
        private readonly Queue<string> _turns = new();

        public double Limit { get; set; } = 1;

        public double Most { get; set; } = 1;

        public int InUse { get; set; }

        public long? CutAt { get; set; }

        public bool HasRoom => InUse < (int)Limit;

        public bool NobodyWaits => _turns.Count == 0;

        public TaskCompletionSource Wait(string tenant)
        {
            if (!_waiting.TryGetValue(tenant, out var queue))
            {
                _waiting[tenant] = queue = new Queue<TaskCompletionSource>();
                _turns.Enqueue(tenant);
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            queue.Enqueue(waiter);
            return waiter;
        }

        public void Admit()
        {
            while (HasRoom && _turns.TryDequeue(out var tenant))
            {
                var queue = _waiting[tenant];
                while (queue.TryDequeue(out var waiter))
                {
                    // One that was cancelled has left its place in the queue behind.
                    if (waiter.TrySetResult())
                    {
                        InUse++;
                        break;
                    }
                }

                if (queue.Count > 0)
                {
                    _turns.Enqueue(tenant);
                }
                else
                {
                    _waiting.Remove(tenant);
                }
            }
        }
    }
}
