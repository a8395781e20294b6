using System.Diagnostics;
using System.Globalization;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class Overload : IMeasurement
{
    private const int Places = 16, Waiting = 16, AnswerTokens = 16, Words = 8, Factor = 10;

    public string Name => "overload";

    public string About => "tokens a second, refusals and memory at ten times the load that can be served, against just enough";

    public async Task MeasureAsync(Bench bench)
    {
        await using var client = await DecoderClient.StartAsync(
            bench.Packs.Decoder,
            ("Inference:MaxConcurrentSequences", Places.ToString(CultureInfo.InvariantCulture)),
            ("Inference:MaxWaitingSequences", Waiting.ToString(CultureInfo.InvariantCulture)));
        var window = TimeSpan.FromSeconds(bench.Size(20, 5));
        var prompts = new Prompts(0, 6);
        await CapacityAsync(client, prompts, window / 2);

        var refusals = new List<double>();
        var (calmPeak, stormPeak) = (0.0, 0.0);
        var capacity = 0.0;
        var pairs = new Pairs([.. new double[bench.Size(3, 1)]], [.. new double[bench.Size(3, 1)]]);
        for (var round = 0; round < pairs.Ours.Length; round++)
        {
            await using (var memory = new MemoryProbe())
            {
                capacity = pairs.Theirs[round] = await CapacityAsync(client, prompts, window);
                calmPeak = Math.Max(calmPeak, memory.Peak);
            }

            await using (var memory = new MemoryProbe())
            {
                pairs.Ours[round] = await StormAsync(client, prompts, window, Factor * capacity / AnswerTokens, refusals);
                stormPeak = Math.Max(stormPeak, memory.Peak);
            }
        }

        bench.Add(Row.Ratio("tokens at 10x the load / capacity", "tokens/s", pairs, $"{Places} callers", "10x as many requests", Bar.AtLeast(0.9)));
        double[] sorted = [.. refusals.Order()];
        if (sorted.Length == 0)
        {
            throw new InvalidOperationException("Nothing was refused: the machine was too busy to send ten times what can be served.");
        }

        bench.Add(new Row(
            $"time to a refusal, p99 of {sorted.Length}", null, new Reading("by gRPC", "ms", Spread.Of(sorted)), "ms",
            Spread.Of(Spread.Percentile(sorted, 0.99)), Bar.AtMost(50)));
        bench.Add(new Row(
            "peak memory at 10x the load / at capacity", new Reading("at capacity", "MiB", Spread.Of(calmPeak)), new Reading("at 10x", "MiB", Spread.Of(stormPeak)),
            "", Spread.Of(stormPeak / calmPeak), Bar.AtMost(1.1)));
    }

    /// <summary>As many callers as there are places, each asking again when it has its answer: tokens a second.</summary>
    private static async Task<double> CapacityAsync(DecoderClient client, Prompts prompts, TimeSpan window)
    {
        var tokens = new TokensInWindow(window);
        await Task.WhenAll(Enumerable.Range(0, Places).Select(async _ =>
        {
            while (tokens.IsOpen)
            {
                await client.AskAsync(Question(prompts), AnswerTokens, tokens.Count);
            }
        }));
        return tokens.PerSecond;
    }

    /// <summary>Requests at a fixed rate, whatever becomes of them: tokens a second of those that were taken.</summary>
    private static async Task<double> StormAsync(DecoderClient client, Prompts prompts, TimeSpan window, double requestsPerSecond, List<double> refusals)
    {
        var tokens = new TokensInWindow(window);
        var calls = new List<Task<(double Milliseconds, bool Refused)>>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var start = Stopwatch.GetTimestamp(); tokens.IsOpen; await tick.WaitForNextTickAsync())
        {
            for (var due = requestsPerSecond * Stopwatch.GetElapsedTime(start).TotalSeconds; calls.Count < due;)
            {
                calls.Add(client.AskAsync(Question(prompts), AnswerTokens, tokens.Count));
            }
        }

        refusals.AddRange((await Task.WhenAll(calls)).Where(call => call.Refused).Select(call => call.Milliseconds));
        return tokens.PerSecond;
    }

    private static string Question(Prompts prompts)
    {
        lock (prompts)
        {
            return prompts.Words(Words);
        }
    }

    /// <summary>Counts tokens between the start of serving at full and the end of the window. The first quarter is left out.</summary>
    private sealed class TokensInWindow(TimeSpan window)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private int _count;

        public bool IsOpen => Stopwatch.GetElapsedTime(_start) < window;

        public double PerSecond => _count / (window * 0.75).TotalSeconds;

        public void Count()
        {
            if (Stopwatch.GetElapsedTime(_start) is var elapsed && elapsed >= window * 0.25 && elapsed < window)
            {
                Interlocked.Increment(ref _count);
            }
        }
    }
}
