using System.Diagnostics;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference.Decoding;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class CancelledSlot : IMeasurement
{
    private const int Long = 200, BeforeCancelling = 8;

    public string Name => "cancel";

    public string About => "steps from a cancelled stream to the next one in its place";

    public async Task MeasureAsync(Bench bench)
    {
        using var engine = Engine.Open(bench, options => options.MaxConcurrentSequences = 1);
        var prompts = Engine.Prompts(5);
        await engine.AnswerAsync(prompts.Next(16), 4);
        var (step, delay, steps) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < bench.Size(15, 3); i++)
        {
            var (stepTime, until) = await OnceAsync(engine, prompts);
            step.Add(stepTime);
            delay.Add(until);
            steps.Add(until / stepTime);
        }

        bench.Add(new Row(
            "cancelled stream's place is taken, in steps", new Reading("a step", "ms", Spread.Of(step)), new Reading("until the next starts", "ms", Spread.Of(delay)),
            "steps", Spread.Of(steps), Bar.AtMost(2)));
    }

    /// <summary>The only place is taken by a stream; another waits; the first is cancelled.</summary>
    private static async Task<(double Step, double Until)> OnceAsync(Engine engine, Prompts prompts)
    {
        using var leaving = new CancellationTokenSource();
        var times = new List<double>();
        var start = Stopwatch.GetTimestamp();
        var next = Task.CompletedTask;
        var (cancelled, started) = (0L, 0L);
        try
        {
            await foreach (var generated in engine.Generate(prompts.Next(16), Long, leaving.Token))
            {
                if (generated is not GeneratedToken)
                {
                    continue;
                }

                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (times.Count == 1)
                {
                    next = WaitForPlaceAsync();
                }
                else if (times.Count == BeforeCancelling)
                {
                    cancelled = Stopwatch.GetTimestamp();
                    await leaving.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        await next;
        return (Spread.Of(times.Zip(times.Skip(1), (a, b) => b - a)).Median, Stopwatch.GetElapsedTime(cancelled, started).TotalMilliseconds);

        async Task WaitForPlaceAsync()
        {
            await foreach (var generated in engine.Generate(prompts.Next(16), 1, CancellationToken.None))
            {
                if (generated is PromptAccepted)
                {
                    started = Stopwatch.GetTimestamp();
                }
            }
        }
    }
}
