using System.Diagnostics;
using MultiModalMesh.Benchmarks.Baselines;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Decoding;

internal sealed class FusedAttentionGain : IMeasurement
{
    private const int PromptTokens = 500;

    public string Name => "fused";

    public string About => "what an export with ONNX Runtime's fused attention gains over plain operators, bare loop, behind 500 tokens";

    public async Task MeasureAsync(Bench bench)
    {
        using var engine = Engine.Open(bench);
        using var plain = new BareDecoder(engine.Pack.FilePath(PackFiles.Decoder), Bench.Threads);
        using var fused = new BareDecoder(Path.Combine(bench.Packs.FusedDecoder, PackFiles.Decoder), Bench.Threads);
        var prompt = Engine.Prompts(8).Next(PromptTokens);
        var count = bench.Size(32, 8);
        _ = (Loop(plain), Loop(fused));

        var pairs = await Pairs.MeasureAsync(bench.Size(5, 2), () => Task.FromResult(Loop(plain)), () => Task.FromResult(Loop(fused)));
        bench.Add(Row.Ratio("fused attention / plain operators", "tokens/s", pairs, "plain, raw", "fused, raw", null));

        double Loop(BareDecoder decoder)
        {
            var (first, last) = (0L, 0L);
            decoder.Generate(prompt, count, _ =>
            {
                last = Stopwatch.GetTimestamp();
                first = first == 0 ? last : first;
            });
            return (count - 1) / Stopwatch.GetElapsedTime(first, last).TotalSeconds;
        }
    }
}
