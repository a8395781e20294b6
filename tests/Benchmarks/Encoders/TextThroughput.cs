using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Encoders;

internal sealed class TextThroughput : IMeasurement
{
    public string Name => "texts";

    public string About => "EncodeTexts with 32 callers against a loop over raw ONNX Runtime at its best batch size";

    public async Task MeasureAsync(Bench bench)
    {
        await using var texts = await TextSetup.StartAsync(bench);
        var count = bench.Size(384, 96);
        var batch = Callers.BestBatch(bench.Quick ? [1, 4] : [1, 2, 4, 8, 16, 32], size => Loop(size, 64), bench.Log);
        await Callers.RateAsync(texts.Next(count / 2), texts.EncodeAsync);

        var pairs = await Pairs.MeasureAsync(
            bench.Size(5, 2), () => Task.FromResult(Loop(batch, count)), () => Callers.RateAsync(texts.Next(count), texts.EncodeAsync));
        bench.Add(Row.Ratio("texts by gRPC, 32 callers / raw", "texts/s", pairs, $"raw at batch {batch}, tokenizing in line", "gRPC, 32 callers", Bar.AtLeast(0.95)));

        double Loop(int size, int amount) => Callers.LoopRate(texts.Next(amount), size, part => texts.Bare.Encode(part).Dispose());
    }
}
