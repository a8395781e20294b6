using System.Diagnostics;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class ManyDialogues : IMeasurement
{
    private const int Dialogues = 16, PromptTokens = 32;

    public string Name => "dialogues";

    public string About => "16 dialogues at once against the same 16 one after the other";

    public async Task MeasureAsync(Bench bench)
    {
        using var engine = Engine.Open(bench, options => options.MaxConcurrentSequences = Dialogues);
        var prompts = Engine.Prompts(2);
        var count = bench.Size(48, 8);
        await Task.WhenAll(Take().Select(prompt => engine.AnswerAsync(prompt, 4)));

        // New prompts every time: the cache of prefixes has nothing to give to either side.
        var pairs = await Pairs.MeasureAsync(
            bench.Size(3, 1),
            () => RateAsync(async () =>
            {
                foreach (var prompt in Take())
                {
                    await engine.AnswerAsync(prompt, count);
                }
            }),
            () => RateAsync(() => Task.WhenAll(Take().Select(prompt => engine.AnswerAsync(prompt, count)))));
        bench.Add(Row.Ratio("16 dialogues at once / one after the other", "tokens/s", pairs, "one after the other", "at once", Bar.AtLeast(4)));

        int[][] Take() => [.. Enumerable.Range(0, Dialogues).Select(_ => prompts.Next(PromptTokens))];

        async Task<double> RateAsync(Func<Task> work)
        {
            var start = Stopwatch.GetTimestamp();
            await work();
            return Dialogues * count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
