using System.Collections.Concurrent;
using System.Diagnostics;
using MultiModalMesh.Benchmarks.Decoding;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Routing;

/// <summary>Two tenants share an engine at 70 % of what it can serve; then one of them asks for ten times as much.</summary>
internal sealed class TenantFlood : IMeasurement
{
    private const int Places = 4, Waiting = 16, PromptTokens = 32, AnswerTokens = 24, Factor = 10;
    private const double Share = 0.35;

    public string Name => "fairness";

    public string About => "two tenants at 35 % of capacity each, then one at ten times that: the other's p99";

    public async Task MeasureAsync(Bench bench)
    {
        var pack = ModelPack.Load(bench.Packs.SmallDecoder, verifyChecksums: false);
        using var engine = DecoderEngine.Load(pack, new InferenceOptions { MaxConcurrentSequences = Places, MaxWaitingSequences = Waiting, PrefixCacheBytes = 0 });
        var answers = bench.Size(400, 60);
        await CapacityAsync(engine, answers / 4);
        var rate = Share * await CapacityAsync(engine, answers);
        bench.Log($"a share is {Numbers.Text(rate)} answers a second");
        var refused = 0;
        var pairs = await Pairs.MeasureAsync(
            bench.Size(3, 1), async () => (await CalmTenantAsync(engine, rate, rate, answers)).P99, async () =>
            {
                var calm = await CalmTenantAsync(engine, rate, Factor * rate, answers);
                refused += calm.Refused;
                return calm.P99;
            });
        bench.Add(Row.Ratio("one tenant's answers, p99, other at 10x / at its share", "ms", pairs, "at its share", "at 10x", Bar.AtMost(1.5)));
        bench.Add(new Row(
            "the calm tenant's refusals while the other is at 10x", null, new Reading("refused", "requests", Spread.Of(refused)), "requests", Spread.Of(refused), Bar.AtMost(0)));
    }

    private static async Task<double> CapacityAsync(DecoderEngine engine, int answers)
    {
        var left = answers;
        var prompts = new Prompts(LlamaShape.Small.Vocabulary, 8);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Places * 2).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await AskAsync(engine, Next(prompts), "calm");
            }
        }));
        return answers / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <param name="engine">Shared by both.</param>
    /// <param name="calm">Its requests a second.</param>
    /// <param name="other">The other's.</param>
    /// <param name="count">Of the calm one's.</param>
    private static async Task<(double P99, int Refused)> CalmTenantAsync(DecoderEngine engine, double calm, double other, int count)
    {
        using var done = new CancellationTokenSource();
        var flood = ArriveAsync(other, int.MaxValue, 9, prompt => AskAsync(engine, prompt, "other"), done.Token);
        var times = new ConcurrentBag<double>();
        var refused = 0;
        await ArriveAsync(calm, count, 10, async prompt =>
        {
            if (await AskAsync(engine, prompt, "calm") is { } milliseconds)
            {
                times.Add(milliseconds);
            }
            else
            {
                Interlocked.Increment(ref refused);
            }
        }, CancellationToken.None);
        await done.CancelAsync();
        await flood;
        return (Spread.Percentile([.. times.Order()], 0.99), refused);
    }

    /// <summary>Requests at random times, whatever becomes of those before.</summary>
    private static async Task ArriveAsync(double rate, int count, int seed, Func<int[], Task> ask, CancellationToken end)
    {
        var prompts = new Prompts(LlamaShape.Small.Vocabulary, seed);
        var random = new Random(seed);
        var running = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        for (var due = 0.0; running.Count < count && !end.IsCancellationRequested; due -= Math.Log(1 - random.NextDouble()) / rate)
        {
            if (TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(start) is { TotalMilliseconds: > 1 } early)
            {
                await Task.Delay(early, CancellationToken.None);
            }

            running.Add(ask(prompts.Next(PromptTokens)));
        }

        await Task.WhenAll(running);
    }

    private static int[] Next(Prompts prompts)
    {
        lock (prompts)
        {
            return prompts.Next(PromptTokens);
        }
    }

    /// <returns>Milliseconds to the whole answer; null: refused.</returns>
    private static async Task<double?> AskAsync(DecoderEngine engine, int[] prompt, string tenant)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await foreach (var _ in engine.GenerateAsync(new GenerationRequest { Prompt = prompt, MaxNewTokens = AnswerTokens, Tenant = tenant }))
            {
            }

            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        catch (MeshException e) when (e.Reason == ErrorReason.Overloaded)
        {
            return null;
        }
    }
}
