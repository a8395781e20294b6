using System.Diagnostics;
using MultiModalMesh.Benchmarks.Baselines;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class OneStream : IMeasurement
{
    private const int PromptTokens = 32;

    public string Name => "stream";

    public string About => "one stream of the engine against a bare ONNX Runtime loop with IO binding on the same file";

    public async Task MeasureAsync(Bench bench)
    {
        using var engine = Engine.Open(bench);
        using var bare = new BareDecoder(engine.Pack.FilePath(PackFiles.Decoder), Bench.Threads);
        var prompt = Engine.Prompts(1).Next(PromptTokens);
        var count = bench.Size(64, 16);
        var (expected, _) = Loop();
        var answer = await engine.AnswerAsync(prompt, count);
        if (!answer.Tokens.SequenceEqual(expected))
        {
            throw new InvalidOperationException("The engine and the bare loop write different tokens.");
        }

        var pairs = await Pairs.MeasureAsync(
            bench.Size(7, 2), () => Task.FromResult(Loop().Rate), async () => (await engine.AnswerAsync(prompt, count)).TokensPerSecond);
        bench.Add(Row.Ratio("one stream / bare loop", "tokens/s", pairs, "raw with IO binding", "engine", Bar.AtLeast(0.95)));

        (List<int> Tokens, double Rate) Loop()
        {
            var (first, last) = (0L, 0L);
            var tokens = bare.Generate(prompt, count, _ =>
            {
                last = Stopwatch.GetTimestamp();
                first = first == 0 ? last : first;
            });
            return (tokens, (count - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds);
        }
    }
}
