using MultiModalMesh.Benchmarks.Measuring;

namespace MultiModalMesh.Benchmarks.Encoders;

internal sealed class TextLatency : IMeasurement
{
    public string Name => "text-latency";

    public string About => "EncodeTexts with one caller against the direct call of raw ONNX Runtime";

    public async Task MeasureAsync(Bench bench)
    {
        await using var texts = await TextSetup.StartAsync(bench);
        await Measure(2, 5);
        bench.Add(Latency.Row("one text by gRPC, p50, over 1.05 x direct", await Measure(bench.Size(5, 2), bench.Size(40, 10)), "raw, tokenizing in line"));

        // Both sides read the same text: its length decides how long it takes.
        async Task<Pairs> Measure(int rounds, int calls)
        {
            var sentences = texts.Next(rounds * calls);
            var (theirs, ours) = (0, 0);
            return await Pairs.MeasureMediansAsync(
                rounds, calls,
                () => Task.FromResult(Watch.Milliseconds(() => texts.Bare.Encode([sentences[theirs++]]).Dispose())),
                () => Watch.MillisecondsAsync(() => texts.EncodeAsync(sentences[ours++])));
        }
    }
}
