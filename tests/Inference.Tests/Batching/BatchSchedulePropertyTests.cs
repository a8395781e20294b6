using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Inference.Batching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Batching;

/// <summary>Random arrivals, lengths, priorities, deadlines and cancellations, without threads; the seed is the case.</summary>
public sealed class BatchSchedulePropertyTests
{
    private const int Steps = 2_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_job_is_run_or_dropped_once_and_what_may_not_be_does_not_happen(int seed)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider();
        var settings = new WorkQueueSettings("test", Capacity: random.Next(1, 60), MaxBatch: random.Next(1, 20), Threads: random.Next(1, 4))
        {
            MaxDelay = TimeSpan.FromMilliseconds(random.Next(0, 8)),
        };
        var schedule = new BatchSchedule<int>(settings, time);
        var waiting = new Dictionary<int, Waiting>();
        var running = new Queue<int>();
        var reserved = 0;
        var freeSince = time.GetTimestamp();
        var interactiveBatchesWhileBulkWaited = 0;
        var seen = new HashSet<int>();
        var batch = new List<QueuedJob<int>>();
        var dropped = new List<QueuedJob<int>>();
        for (var step = 0; step < Steps || waiting.Count > 0; step++)
        {
            switch (step < Steps ? random.Next(10) : 9)
            {
                case < 5:
                    Arrive(step);
                    break;
                case 5 when waiting.Count > 0:
                    waiting.ElementAt(random.Next(waiting.Count)).Value.Cancellation.Cancel();
                    break;
                case 6 when waiting.Count > 0:
                    var leaving = waiting.ElementAt(random.Next(waiting.Count));
                    Assert.True(schedule.Withdraw(leaving.Value.Job));
                    Gone(leaving.Value.Job);
                    break;
                case 7 when reserved > 0:
                    schedule.Release();
                    reserved--;
                    break;
                case 8 when schedule.TryReserve(JobPriority.Interactive):
                    reserved++;
                    break;
                default:
                    Run();
                    break;
            }

            Assert.Equal(waiting.Count, schedule.Waiting);
            Assert.True(waiting.Count + reserved <= settings.Capacity);
        }

        Assert.Equal(Timeout.InfiniteTimeSpan, schedule.Take(0, batch, dropped));

        void Arrive(int id)
        {
            var priority = random.Next(2) == 0 ? JobPriority.Interactive : JobPriority.Bulk;
            var room = waiting.Count + reserved < settings.CapacityFor(priority);
            Assert.Equal(room, schedule.TryReserve(priority));
            if (!room)
            {
                return;
            }

            var now = time.GetTimestamp();
            var length = random.Next(1, 100);
            var cancellation = new CancellationTokenSource();
            var job = new QueuedJob<int>(
                id, priority, LengthBuckets.Of(length), now, random.Next(4) == 0 ? now + random.Next(0, 20 * 10_000) : long.MaxValue, cancellation.Token);
            schedule.Add(job);
            waiting.Add(id, new Waiting(job, length, cancellation));
        }

        void Run()
        {
            time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 10)));
            if (running.TryDequeue(out var before))
            {
                schedule.Ran(before, TimeSpan.FromMilliseconds(random.Next(1, 30)));
                freeSince = time.GetTimestamp();
            }

            batch.Clear();
            dropped.Clear();
            var delay = schedule.Take(freeSince, batch, dropped);
            var now = time.GetTimestamp();
            if (delay != TimeSpan.Zero)
            {
                Assert.Empty(batch);
                Assert.Empty(dropped);
                Assert.True(delay == Timeout.InfiniteTimeSpan ? waiting.Count == 0 : delay <= settings.MaxDelay, $"a delay of {delay}");
                time.Advance(settings.MaxDelay);
                return;
            }

            var alive = batch.ConvertAll(job => waiting[job.Job]);
            dropped.ForEach(Gone);
            batch.ForEach(Gone);
            Assert.All(dropped, job => Assert.True(job.IsDead(now)));
            Assert.All(batch, job => Assert.False(job.IsDead(now)));
            if (batch.Count == 0)
            {
                return;
            }

            running.Enqueue(batch.Count);
            Assert.True(batch.Count <= settings.MaxBatch);
            Assert.Single(batch.Select(job => (job.Bucket, job.Priority)).Distinct());
            Assert.Equal(batch.Select(job => job.Job).Order(), batch.Select(job => job.Job));

            // First come first served: nobody of the same line and bucket who lives was passed over by a later one.
            var last = batch[^1];
            Assert.DoesNotContain(waiting.Values, other =>
                other.Job.Job < last.Job && other.Job.Priority == last.Priority && other.Job.Bucket == last.Bucket && !other.Job.IsDead(now));

            var longest = alive.Max(job => job.Length);
            Assert.All(alive, job => Assert.True(longest <= LengthBuckets.Shortest || longest - job.Length < longest / 5.0, $"{job.Length} padded to {longest}"));

            var bulkWaits = waiting.Values.Any(job => job.Job.Priority == JobPriority.Bulk);
            interactiveBatchesWhileBulkWaited = last.Priority == JobPriority.Interactive && bulkWaits ? interactiveBatchesWhileBulkWaited + 1 : 0;
            Assert.True(interactiveBatchesWhileBulkWaited <= BatchSchedule<int>.InteractiveBatchesPerBulkBatch, "bulk starves");
        }

        void Gone(QueuedJob<int> job)
        {
            Assert.True(seen.Add(job.Job), $"job {job.Job} left twice");
            Assert.True(waiting.Remove(job.Job), $"job {job.Job} was not waiting");
        }
    }

    private sealed record Waiting(QueuedJob<int> Job, int Length, CancellationTokenSource Cancellation);
}
