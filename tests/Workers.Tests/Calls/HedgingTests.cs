using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Workers.Calls;

namespace MultiModalMesh.Workers.Tests.Calls;

public sealed class HedgingTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();
    private readonly Hedging _hedging;
    private readonly TaskCompletionSource<string> _slow = new();
    private int _seconds;
    private CancellationToken _slowToken;

    public HedgingTests() => _hedging = new Hedging(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_slower_than_nearly_all_is_made_a_second_time_and_the_first_answer_ends_the_other()
    {
        await LearnAsync(calls: 100);
        var asking = AskSlowlyAsync(_ => Task.FromResult("second"));
        Assert.Equal(0, _seconds);
        _time.Advance(Usual);

        Assert.Equal("second", await asking);
        Assert.True(_slowToken.IsCancellationRequested);
    }

    [Fact]
    public async Task The_first_one_may_still_win()
    {
        await LearnAsync(calls: 100);
        var started = new TaskCompletionSource();
        var asking = AskSlowlyAsync(token =>
        {
            started.SetResult();
            return new TaskCompletionSource<string>().Task.WaitAsync(token);
        });
        _time.Advance(Usual);
        await started.Task.WaitAsync(Cancellation);
        _slow.SetResult("first");

        Assert.Equal("first", await asking);
    }

    [Fact]
    public async Task A_second_one_that_fails_is_no_answer_and_of_two_failures_the_first_is_told()
    {
        await LearnAsync(calls: 100);
        var asking = AskSlowlyAsync(_ => Task.FromException<string>(new InvalidOperationException("second")));
        _time.Advance(Usual);
        _slow.SetException(new InvalidOperationException("first"));

        Assert.Equal("first", (await Assert.ThrowsAsync<InvalidOperationException>(() => asking)).Message);
        Assert.Equal(1, _seconds);
    }

    [Fact]
    public async Task Before_enough_calls_were_measured_there_is_no_second_one()
    {
        await LearnAsync(calls: 10);
        var asking = AskSlowlyAsync(_ => Task.FromResult("second"));
        _time.Advance(TimeSpan.FromHours(1));
        _slow.SetResult("first");

        Assert.Equal("first", await asking);
        Assert.Equal(0, _seconds);
    }

    [Fact]
    public async Task Without_another_worker_the_first_one_is_waited_for()
    {
        await LearnAsync(calls: 100);
        var asking = _hedging.CallAsync("text", _ => _slow.Task, _ => Task.FromResult<Func<CancellationToken, Task<string>>?>(null), Cancellation);
        _time.Advance(Usual);
        _slow.SetResult("first");

        Assert.Equal("first", await asking);
    }

    [Fact]
    public async Task At_most_a_twentieth_of_the_calls_are_made_twice()
    {
        await LearnAsync(calls: 100);
        for (var i = 0; i < 400; i++)
        {
            var slow = new TaskCompletionSource<string>();
            var asking = _hedging.CallAsync("text", _ => slow.Task, AnotherAsync, Cancellation);
            _time.Advance(TimeSpan.FromMinutes(1));
            slow.TrySetResult("first");
            await asking;
        }

        Assert.InRange(_seconds, 20, 25);

        Task<Func<CancellationToken, Task<string>>?> AnotherAsync(CancellationToken token)
        {
            _seconds++;
            return Task.FromResult<Func<CancellationToken, Task<string>>?>(_ => Task.FromResult("second"));
        }
    }

    [Fact]
    public async Task A_caller_that_goes_ends_both()
    {
        await LearnAsync(calls: 100);
        using var leaving = new CancellationTokenSource();
        var asking = _hedging.CallAsync("text", token => _slow.Task.WaitAsync(token), _ => Task.FromResult<Func<CancellationToken, Task<string>>?>(null), leaving.Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private async Task LearnAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            await _hedging.CallAsync(
                "text",
                _ =>
                {
                    _time.Advance(Usual);
                    return Task.FromResult("usual");
                },
                _ => throw new InvalidOperationException("It was not slow."),
                Cancellation);
        }
    }

    private Task<string> AskSlowlyAsync(Func<CancellationToken, Task<string>> second) => _hedging.CallAsync(
        "text",
        token =>
        {
            _slowToken = token;
            return _slow.Task;
        },
        _ =>
        {
            _seconds++;
            return Task.FromResult<Func<CancellationToken, Task<string>>?>(second);
        },
        Cancellation);
}
