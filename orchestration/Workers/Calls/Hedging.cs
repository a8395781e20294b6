using System.Collections.Concurrent;

namespace MultiModalMesh.Workers.Calls;

/// <summary>
/// Asks a second worker where the first one takes longer than nearly all do, and takes whichever answer comes first (hedged requests; Dean and
/// Barroso, The Tail at Scale, 2013). For work that changes nothing only.
/// </summary>
internal sealed class Hedging(TimeProvider time)
{
    private const double SlowerThan = 0.95;
    private const double ShareOfCalls = 0.05;

    private readonly ConcurrentDictionary<string, History> _capabilities = new(StringComparer.Ordinal);

    /// <param name="capability">Calls of the same take about the same time.</param>
    /// <param name="first">The call.</param>
    /// <param name="second">The same to another worker; null if there is none.</param>
    /// <param name="cancellationToken">Ends both.</param>
    public async Task<TResult> CallAsync<TResult>(
        string capability, Func<CancellationToken, Task<TResult>> first, Func<CancellationToken, Task<Func<CancellationToken, Task<TResult>>?>> second, CancellationToken cancellationToken)
    {
        var history = _capabilities.GetOrAdd(capability, static _ => new History());
        history.Budget.Called();
        var patience = history.Latencies.Quantile(SlowerThan);
        var start = time.GetTimestamp();

        // Ends the one that lost.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var calls = new List<Task<TResult>> { first(ending.Token) };
        try
        {
            if (patience is { } delay && !await IsDoneWithinAsync(calls[0], delay, ending.Token) && history.Budget.TryTake()
                && await second(ending.Token) is { } other)
            {
                calls.Add(other(ending.Token));
            }

            var result = await FirstAnswerAsync(calls);
            history.Latencies.Add(time.GetElapsedTime(start));
            return result;
        }
        finally
        {
            await ending.CancelAsync();
            foreach (var call in calls)
            {
                _ = call.ContinueWith(static lost => lost.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }

    private async Task<bool> IsDoneWithinAsync(Task call, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isDone = await Task.WhenAny(call, Task.Delay(delay, time, waiting.Token)) == call;
        await waiting.CancelAsync();
        return isDone;
    }

    /// <summary>A failure counts only if there is no answer; then the first call's, which says most.</summary>
    private static async Task<TResult> FirstAnswerAsync<TResult>(List<Task<TResult>> calls)
    {
        var open = calls.ToList();
        while (open.Count > 1)
        {
            var done = await Task.WhenAny(open);
            if (done.IsCompletedSuccessfully)
            {
                return await done;
            }

            open.Remove(done);
        }

        try
        {
            return await open[0];
        }
        catch when (open[0] != calls[0])
        {
            return await calls[0];
        }
    }

    private sealed class History
    {
        public LatencyWindow Latencies { get; } = new();

        public HedgeBudget Budget { get; } = new(ShareOfCalls);
    }
}
