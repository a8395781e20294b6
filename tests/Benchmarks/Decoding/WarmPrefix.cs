using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class WarmPrefix : IMeasurement
{
    private const int PromptTokens = 500, Question = 24, EarlierAnswer = 8;

    public string Name => "prefix";

    public string About => "first token of a dialogue's next turn, 500 prompt tokens, warm against cold";

    public async Task MeasureAsync(Bench bench)
    {
        using var engine = Engine.Open(bench);
        var prompts = Engine.Prompts(3);
        var turn = 0;
        await WarmAsync();

        var pairs = await Pairs.MeasureAsync(
            bench.Size(7, 2), async () => (await engine.AnswerAsync(prompts.Next(PromptTokens), 1)).FirstToken, WarmAsync);
        bench.Add(Row.Ratio("first token at 500 prompt tokens, warm / cold", "ms", pairs, "cold", "warm", Bar.AtMost(0.3)));

        // The turns before are asked and answered, then the next one extends them.
        async Task<double> WarmAsync()
        {
            var dialogue = $"dialogue-{turn++}";
            var before = prompts.Next(PromptTokens - Question - EarlierAnswer);
            var answer = await engine.AnswerAsync(before, EarlierAnswer, dialogue);
            var next = await engine.AnswerAsync([.. before, .. answer.Tokens, .. prompts.Next(Question)], 1, dialogue);
            return next.CachedTokens >= before.Length / 2
                ? next.FirstToken
                : throw new InvalidOperationException($"Only {next.CachedTokens} of {before.Length} positions came from the cache.");
        }
    }
}
