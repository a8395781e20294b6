using MultiModalMesh.Benchmarks.Baselines;
using MultiModalMesh.Benchmarks.Decoding;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Allocations;

internal sealed class TokenAllocations : IMeasurement
{
    public string Name => "token";

    public string About => "managed bytes for a generated token, one stream, against the bare loop";

    public async Task MeasureAsync(Bench bench)
    {
        using var engine = Engine.Open(bench);
        using var bare = new BareDecoder(engine.Pack.FilePath(PackFiles.Decoder), Bench.Threads);
        var prompt = Engine.Prompts(7).Next(32);
        var (shortAnswer, longAnswer) = (4, bench.Size(68, 20));
        await engine.AnswerAsync(prompt, longAnswer);
        bare.Generate(prompt, shortAnswer, _ => { });

        // A long answer less a short one: what the call itself costs falls out.
        var pairs = await Pairs.MeasureAsync(
            bench.Size(3, 1),
            () => PerToken(count => Task.FromResult(bare.Generate(prompt, count, _ => { }))),
            () => PerToken(count => engine.AnswerAsync(prompt, count)));
        bench.Add(Row.Ratio("managed bytes for a token / bare loop", "bytes", pairs, "raw with IO binding", "engine", null));

        async Task<double> PerToken(Func<int, Task> generate) =>
            (await Allocated.ByAsync(() => generate(longAnswer)) - await Allocated.ByAsync(() => generate(shortAnswer))) / (double)(longAnswer - shortAnswer);
    }
}
