using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Batching;

public sealed class WorkQueueTests
{
    [Fact]
    public async Task A_full_queue_refuses_and_a_cancelled_job_never_runs()
    {
        using var gate = new ManualResetEventSlim();
        using var started = new SemaphoreSlim(0);
        var ran = new ConcurrentQueue<int>();
        using var queue = new WorkQueue<int>(new("test", Capacity: 2, MaxBatch: 1, Threads: 1), batch =>
        {
            started.Release();
            gate.Wait();
            ran.Enqueue(batch[0]);
        }, TimeProvider.System);
        using var cancelled = new CancellationTokenSource();
        var running = queue.RunAsync(0, default, TestContext.Current.CancellationToken);
        await started.WaitAsync(TestContext.Current.CancellationToken);
        var first = queue.RunAsync(1, default, cancelled.Token);
        var second = queue.RunAsync(2, default, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<MeshException>(() => queue.RunAsync(3, default, TestContext.Current.CancellationToken));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Set();
        await Task.WhenAll(running, second);

        Assert.Equal(ErrorReason.Overloaded, refused.Reason);
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal([0, 2], ran);
    }

    [Fact]
    public async Task What_waits_runs_together_and_a_failure_reaches_every_caller_but_not_the_next()
    {
        using var gate = new ManualResetEventSlim();
        using var started = new SemaphoreSlim(0);
        var sizes = new ConcurrentQueue<int>();
        using var queue = new WorkQueue<int>(new("test", Capacity: 100, MaxBatch: 8, Threads: 1), batch =>
        {
            started.Release();
            gate.Wait();
            sizes.Enqueue(batch.Count);
            if (batch.Contains(5))
            {
                throw new InvalidDataException("five");
            }
        }, TimeProvider.System);
        var first = queue.RunAsync(0, default, TestContext.Current.CancellationToken);
        await started.WaitAsync(TestContext.Current.CancellationToken);
        var rest = Enumerable.Range(1, 12).Select(i => queue.RunAsync(i, default, TestContext.Current.CancellationToken)).ToList();

        gate.Set();

        await first;
        await Task.WhenAll(rest.Skip(8));
        Assert.Equal([1, 8, 4], sizes);
        foreach (var failing in rest.Take(8))
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => failing);
        }
    }

    [Fact]
    public async Task A_free_thread_waits_for_a_job_that_is_on_its_way_until_it_comes_or_the_delay_is_over()
    {
        var time = new FakeTimeProvider();
        var sizes = new ConcurrentQueue<int>();
        using var queue = new WorkQueue<int>(
            new("test", Capacity: 10, MaxBatch: 8, Threads: 1) { MaxDelay = TimeSpan.FromMilliseconds(5) },
            batch =>
            {
                sizes.Enqueue(batch.Count);
                time.Advance(TimeSpan.FromMilliseconds(20));
            },
            time);
        await queue.RunAsync(0, default, TestContext.Current.CancellationToken);

        using (var first = queue.Reserve(JobPriority.Interactive))
        using (var second = queue.Reserve(JobPriority.Interactive))
        {
            var one = first.RunAsync(1, null, TestContext.Current.CancellationToken);
            await Task.WhenAll(one, second.RunAsync(2, null, TestContext.Current.CancellationToken));
        }

        using var present = queue.Reserve(JobPriority.Interactive);
        using var absent = queue.Reserve(JobPriority.Interactive);
        var alone = present.RunAsync(3, null, TestContext.Current.CancellationToken);
        while (!alone.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await alone;
        Assert.Equal([1, 2, 1], sizes);
    }

    [Fact]
    public async Task A_place_that_is_given_back_is_free_for_another()
    {
        using var queue = new WorkQueue<int>(new("test", Capacity: 1, MaxBatch: 1, Threads: 1), _ => { }, TimeProvider.System);
        var place = queue.Reserve(JobPriority.Interactive);
        Assert.Equal(ErrorReason.Overloaded, (await Assert.ThrowsAsync<MeshException>(() => queue.RunAsync(1, default, TestContext.Current.CancellationToken))).Reason);

        place.Dispose();
        place.Dispose();

        await queue.RunAsync(1, default, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_queue_that_is_closed_lets_the_running_job_end_and_cancels_the_waiting_one()
    {
        using var gate = new ManualResetEventSlim();
        using var started = new SemaphoreSlim(0);
        var queue = new WorkQueue<int>(new("test", Capacity: 2, MaxBatch: 1, Threads: 1), _ =>
        {
            started.Release();
            gate.Wait();
        }, TimeProvider.System);
        var running = queue.RunAsync(0, default, TestContext.Current.CancellationToken);
        await started.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = queue.RunAsync(1, default, TestContext.Current.CancellationToken);

        var closing = Task.Run(queue.Dispose, TestContext.Current.CancellationToken);
        while (await Record.ExceptionAsync(() => queue.RunAsync(2, default, new CancellationToken(canceled: true))) is not ObjectDisposedException)
        {
            await Task.Yield(); // until closing has begun
        }

        gate.Set();
        await running;
        await closing;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
