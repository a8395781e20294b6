using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Inference.Batching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Batching;

public sealed class BatchScheduleTests
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(5);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_lone_job_runs_at_once_however_often_it_comes()
    {
        var schedule = Schedule();
        for (var i = 0; i < 5; i++)
        {
            Add(schedule, i);

            Assert.Equal([i], Take(schedule).Batch);
            Run(schedule, 1, TimeSpan.FromMilliseconds(20));
        }
    }

    [Fact]
    public void What_came_while_the_device_was_busy_runs_together_in_the_order_of_its_arrival()
    {
        var schedule = Schedule(maxBatch: 4);
        Add(schedule, 0);
        Take(schedule);
        for (var i = 1; i <= 6; i++)
        {
            Add(schedule, i);
        }

        Run(schedule, 1, TimeSpan.FromMilliseconds(20));

        Assert.Equal([1, 2, 3, 4], Take(schedule).Batch);
    }

    [Fact]
    public void A_free_device_waits_for_callers_that_have_just_left_but_no_longer_than_the_delay()
    {
        var schedule = Schedule();
        RunThreeCallersTogether(schedule);
        Add(schedule, 10);

        var (early, delay) = Take(schedule);
        _time.Advance(delay);
        var (late, _) = Take(schedule);

        Assert.Empty(early);
        Assert.Equal(MaxDelay, delay);
        Assert.Equal([10], late);
    }

    [Fact]
    public void A_batch_goes_as_soon_as_everybody_is_back()
    {
        var schedule = Schedule();
        RunThreeCallersTogether(schedule);
        Add(schedule, 10);
        Add(schedule, 11);
        Assert.Empty(Take(schedule).Batch);

        Add(schedule, 12);

        Assert.Equal([10, 11, 12], Take(schedule).Batch);
    }

    [Fact]
    public void A_job_that_is_being_prepared_is_waited_for()
    {
        var schedule = Schedule();
        Add(schedule, 0);
        Take(schedule);
        Run(schedule, 1, TimeSpan.FromMilliseconds(20));
        Assert.True(schedule.TryReserve(JobPriority.Interactive));
        Add(schedule, 1);
        Assert.Empty(Take(schedule).Batch);

        schedule.Add(Job(2));

        Assert.Equal([1, 2], Take(schedule).Batch);
    }

    [Fact]
    public void The_delay_is_never_longer_than_half_a_job_takes()
    {
        var schedule = Schedule();
        RunThreeCallersTogether(schedule, jobTime: TimeSpan.FromMilliseconds(4));
        Add(schedule, 10);

        Assert.Equal(TimeSpan.FromMilliseconds(2), Take(schedule).Delay);
    }

    [Fact]
    public void Callers_that_do_not_come_back_are_forgotten()
    {
        var schedule = Schedule();
        RunThreeCallersTogether(schedule);
        var delayed = 0;
        for (var i = 10; i < 20; i++)
        {
            Add(schedule, i);
            var (batch, delay) = Take(schedule);
            if (batch.Count == 0)
            {
                delayed++;
                _time.Advance(delay);
                Assert.Equal([i], Take(schedule).Batch);
            }

            Run(schedule, 1, TimeSpan.FromMilliseconds(20));
        }

        Assert.InRange(delayed, 1, 3);
    }

    [Fact]
    public void Interactive_jobs_go_first_and_every_fourth_batch_is_for_the_bulk_that_waits()
    {
        var schedule = Schedule(maxBatch: 2);
        for (var i = 0; i < 20; i++)
        {
            Add(schedule, i, JobPriority.Interactive);
            Add(schedule, 100 + i, JobPriority.Bulk);
        }

        var bulk = Enumerable.Range(0, 12).Select(_ => Take(schedule).Batch[0] >= 100).ToList();

        Assert.Equal([false, false, false, true, false, false, false, true, false, false, false, true], bulk);
    }

    [Fact]
    public void Bulk_that_has_just_come_is_not_owed_what_was_run_before_it()
    {
        var schedule = Schedule(maxBatch: 1);
        for (var i = 0; i < 8; i++)
        {
            Add(schedule, i);
        }

        for (var i = 0; i < 5; i++)
        {
            Take(schedule);
        }

        Add(schedule, 100, JobPriority.Bulk);

        Assert.Equal([5], Take(schedule).Batch);
    }

    [Fact]
    public void The_last_quarter_of_the_places_is_for_interactive_jobs()
    {
        var schedule = new BatchSchedule<int>(new WorkQueueSettings("test", Capacity: 8, MaxBatch: 4, Threads: 1), _time);

        Assert.Equal(6, Enumerable.Range(0, 8).Count(_ => schedule.TryReserve(JobPriority.Bulk)));
        Assert.Equal(2, Enumerable.Range(0, 8).Count(_ => schedule.TryReserve(JobPriority.Interactive)));
        schedule.Release();
        Assert.False(schedule.TryReserve(JobPriority.Bulk));
        Assert.True(schedule.TryReserve(JobPriority.Interactive));
    }

    [Fact]
    public void A_job_that_is_cancelled_or_too_late_leaves_its_place_in_the_batch_to_another()
    {
        var schedule = Schedule(maxBatch: 2);
        Add(schedule, 0, cancelled: true);
        Add(schedule, 1, lifetime: TimeSpan.FromMilliseconds(10));
        Add(schedule, 2, lifetime: TimeSpan.FromMilliseconds(11));
        Add(schedule, 3);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        var batch = new List<QueuedJob<int>>();
        var dropped = new List<QueuedJob<int>>();

        schedule.Take(0, batch, dropped);

        Assert.Equal([2, 3], batch.Select(j => j.Job));
        Assert.Equal([0, 1], dropped.Select(j => j.Job));
    }

    [Fact]
    public void Where_all_interactive_jobs_are_dead_the_thread_goes_on_to_the_bulk()
    {
        var schedule = Schedule();
        Add(schedule, 0, cancelled: true);
        Add(schedule, 1, JobPriority.Bulk);

        Assert.Equal([1], Take(schedule).Batch);
    }

    [Fact]
    public void A_job_that_is_withdrawn_gives_its_place_back_once()
    {
        var schedule = new BatchSchedule<int>(new WorkQueueSettings("test", Capacity: 1, MaxBatch: 4, Threads: 1), _time);
        var job = Add(schedule, 0);
        Assert.False(schedule.TryReserve(JobPriority.Interactive));

        Assert.True(schedule.Withdraw(job));

        Assert.False(schedule.Withdraw(job));
        Assert.True(schedule.TryReserve(JobPriority.Interactive));
        Assert.False(schedule.TryReserve(JobPriority.Interactive));
    }

    [Fact]
    public void Only_jobs_of_a_bucket_run_together_and_the_oldest_chooses_it()
    {
        var schedule = Schedule();
        Add(schedule, 0, bucket: 16);
        Add(schedule, 1, bucket: 64);
        Add(schedule, 2, bucket: 16);
        Add(schedule, 3, bucket: 64);

        Assert.Equal([0, 2], Take(schedule).Batch);
        Assert.Equal([1, 3], Take(schedule).Batch);
    }

    private BatchSchedule<int> Schedule(int maxBatch = 8) =>
        new(new WorkQueueSettings("test", Capacity: 100, maxBatch, Threads: 1) { MaxDelay = MaxDelay }, _time);

    private void RunThreeCallersTogether(BatchSchedule<int> schedule, TimeSpan? jobTime = null)
    {
        for (var i = 0; i < 3; i++)
        {
            Add(schedule, i);
        }

        Assert.Equal(3, Take(schedule).Batch.Count);
        Run(schedule, 3, 3 * (jobTime ?? TimeSpan.FromMilliseconds(20)));
    }

    private void Run(BatchSchedule<int> schedule, int jobs, TimeSpan duration)
    {
        _time.Advance(duration);
        schedule.Ran(jobs, duration);
    }

    private static (List<int> Batch, TimeSpan Delay) Take(BatchSchedule<int> schedule)
    {
        var batch = new List<QueuedJob<int>>();
        var delay = schedule.Take(freeSince: 0, batch, []);
        return (batch.ConvertAll(job => job.Job), delay);
    }

    private QueuedJob<int> Add(
        BatchSchedule<int> schedule, int id, JobPriority priority = JobPriority.Interactive, int bucket = 0, TimeSpan? lifetime = null, bool cancelled = false)
    {
        var job = Job(id, priority, bucket, lifetime, cancelled);
        Assert.True(schedule.TryReserve(priority));
        schedule.Add(job);
        return job;
    }

    private QueuedJob<int> Job(
        int id, JobPriority priority = JobPriority.Interactive, int bucket = 0, TimeSpan? lifetime = null, bool cancelled = false)
    {
        var now = _time.GetTimestamp();
        var expiry = lifetime is { } span ? now + (long)(span.TotalSeconds * _time.TimestampFrequency) : long.MaxValue;
        return new QueuedJob<int>(id, priority, bucket, now, expiry, new CancellationToken(cancelled));
    }
}
