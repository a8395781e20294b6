using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Caching;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Caching;

public sealed class SingleFlightTests
{
    private readonly SingleFlight<string, int> _flights = new();
    private readonly List<TaskCompletionSource<int>> _begun = [];
    private readonly List<CancellationToken> _tokens = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_asks_for_the_same_at_the_same_time_shares_the_work_and_the_next_begins_anew()
    {
        var first = Ask("a");
        var second = Ask("a");
        var other = Ask("b");

        _begun[0].SetResult(1);
        _begun[1].SetResult(2);

        Assert.Equal((1, 1, 2), (await first, await second, await other));
        _ = Ask("a");
        Assert.Equal(3, _begun.Count);
    }

    [Fact]
    public async Task The_beginner_may_leave_without_taking_the_work_along()
    {
        using var leaving = new CancellationTokenSource();
        var first = Ask("a", cancellationToken: leaving.Token);
        var second = Ask("a");

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(_tokens[0].IsCancellationRequested);
        _begun[0].SetResult(1);
        Assert.Equal(1, await second);
        Assert.Single(_begun);
    }

    [Fact]
    public async Task Work_that_nobody_waits_for_is_cancelled_and_nobody_joins_it_any_more()
    {
        using var leaving = new CancellationTokenSource();
        var first = Ask("a", cancellationToken: leaving.Token);
        var second = Ask("a", cancellationToken: leaving.Token);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        Assert.True(_tokens[0].IsCancellationRequested);
        var third = Ask("a");
        _begun[1].SetResult(3);
        Assert.Equal(3, await third);
    }

    [Fact]
    public async Task A_failure_of_the_content_is_everybodys()
    {
        var first = Ask("a");
        var second = Ask("a");

        _begun[0].SetException(new MeshException(ErrorReason.ImageUnreadable, "damaged"));

        Assert.Equal(ErrorReason.ImageUnreadable, (await Assert.ThrowsAsync<MeshException>(() => first)).Reason);
        Assert.Equal(ErrorReason.ImageUnreadable, (await Assert.ThrowsAsync<MeshException>(() => second)).Reason);
        Assert.Single(_begun);
    }

    [Fact]
    public async Task A_failure_of_the_beginner_is_only_its_own_and_the_next_one_tries_for_the_rest()
    {
        var first = Ask("a");
        var second = Ask("a");
        var third = Ask("a");

        _begun[0].SetException(new MeshException(ErrorReason.DeadlineExceeded, "too late"));
        await Assert.ThrowsAsync<MeshException>(() => first);
        await WaitForAsync(() => _begun.Count == 2);
        _begun[1].SetResult(5);

        Assert.Equal((5, 5), (await second, await third));
        Assert.Equal(2, _begun.Count);
    }

    [Fact]
    public async Task Who_is_interactive_does_not_wait_for_bulk_but_bulk_takes_what_the_interactive_get()
    {
        var bulk = Ask("a", JobPriority.Bulk);
        var interactive = Ask("a");
        var later = Ask("a", JobPriority.Bulk);

        _begun[1].SetResult(2);

        Assert.Equal((2, 2), (await interactive, await later));
        Assert.False(bulk.IsCompleted);
        _begun[0].SetResult(1);
        Assert.Equal(1, await bulk);
        Assert.Equal(2, _begun.Count);
    }

    private Task<int> Ask(string key, JobPriority priority = JobPriority.Interactive, CancellationToken? cancellationToken = null) =>
        _flights.RunAsync(key, priority, Begin, () => { }, cancellationToken ?? Cancellation);

    private Task<int> Begin(CancellationToken token)
    {
        var work = new TaskCompletionSource<int>();
        lock (_begun)
        {
            _tokens.Add(token);
            _begun.Add(work);
        }

        return work.Task;
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
