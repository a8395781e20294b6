using System.Collections.Concurrent;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Batching;

/// <summary>Many callers, with real threads: who gets what does not depend on how they are interleaved.</summary>
public sealed class WorkQueuePropertyTests
{
    private const int Callers = 300;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_caller_gets_the_answer_to_its_own_job_or_a_reason_that_holds(int seed)
    {
        var random = new Random(seed);
        var maxBatch = random.Next(1, 17);
        var runs = new ConcurrentDictionary<int, Job[]>();
        var largest = 0;
        using var queue = new WorkQueue<Job>(new("test", Capacity: random.Next(8, 80), maxBatch, Threads: random.Next(1, 4)), Run, TimeProvider.System, job => job.Bucket);
        var calls = new List<Call>();
        for (var id = 0; id < Callers; id++)
        {
            calls.Add(Begin(queue, random, id));
            if (random.Next(8) == 0)
            {
                await Task.Yield();
            }

            if (random.Next(4) == 0)
            {
                await calls[random.Next(calls.Count)].Cancellation.CancelAsync();
            }
        }

        foreach (var call in calls)
        {
            var error = await Record.ExceptionAsync(() => call.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            var ran = runs.TryGetValue(call.Job.Id, out var together);
            switch (error)
            {
                case null:
                    Assert.Equal(call.Job.Id * 7, call.Job.Answer);
                    break;
                case InvalidDataException:
                    Assert.Contains(together!, job => job.Poisoned);
                    break;
                case OperationCanceledException:
                    Assert.True(call.Cancellation.IsCancellationRequested);
                    break;
                case MeshException { Reason: var reason } when reason == ErrorReason.Overloaded:
                    Assert.False(ran);
                    break;
                case MeshException { Reason: var reason } when reason == ErrorReason.DeadlineExceeded:
                    Assert.True(call.Late);
                    Assert.False(ran);
                    break;
                default:
                    Assert.Fail($"job {call.Job.Id}: {error}");
                    break;
            }
        }

        Assert.InRange(largest, 1, maxBatch);
        calls.ForEach(call => call.Cancellation.Dispose());

        void Run(IReadOnlyList<Job> batch)
        {
            InterlockedMax(ref largest, batch.Count);
            Assert.Single(batch.Select(job => job.Bucket).Distinct());
            foreach (var job in batch)
            {
                Assert.True(runs.TryAdd(job.Id, [.. batch]), $"job {job.Id} ran twice");
            }

            if (batch.Any(job => job.Poisoned))
            {
                throw new InvalidDataException("a poisoned batch");
            }

            foreach (var job in batch)
            {
                job.Answer = job.Id * 7;
            }
        }
    }

    private static Call Begin(WorkQueue<Job> queue, Random random, int id)
    {
        var job = new Job(id, Bucket: random.Next(3), Poisoned: random.Next(20) == 0);
        var late = random.Next(10) == 0;
        var urgency = new Urgency(
            random.Next(2) == 0 ? JobPriority.Interactive : JobPriority.Bulk,
            late ? DateTimeOffset.UnixEpoch : random.Next(5) == 0 ? DateTimeOffset.MaxValue : null);
        var cancellation = new CancellationTokenSource();
        return new Call(job, late, cancellation, queue.RunAsync(job, urgency, cancellation.Token));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen) is var before && before == seen ? value : before;
        }
    }

    private sealed record Job(int Id, int Bucket, bool Poisoned)
    {
        public int Answer { get; set; }
    }

    private sealed record Call(Job Job, bool Late, CancellationTokenSource Cancellation, Task Task);
}
