using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Encoders;

internal sealed class ImageThroughput : IMeasurement
{
    public string Name => "images";

    public string About => "EncodeImages with 32 callers, JPEG in, against a loop over raw ONNX Runtime at its best batch size";

    public async Task MeasureAsync(Bench bench)
    {
        await using var vision = await VisionSetup.StartAsync(bench);
        var count = bench.Size(96, 32);
        var batch = Callers.BestBatch(bench.Quick ? [1, 4] : [1, 2, 4, 8, 16, 32], size => Loop(size, 32), bench.Log);
        await Callers.RateAsync(vision.Pictures.Next(count / 2), vision.EncodeAsync);

        var pairs = await Pairs.MeasureAsync(
            bench.Size(5, 2), () => Task.FromResult(Loop(batch, count)), () => Callers.RateAsync(vision.Pictures.Next(count), vision.EncodeAsync));
        bench.Add(Row.Ratio("pictures by gRPC, 32 callers / raw", "pictures/s", pairs, $"raw at batch {batch}, decoding in line", "gRPC, 32 callers", Bar.AtLeast(0.95)));

        double Loop(int size, int pictures) => Callers.LoopRate(vision.Pictures.Next(pictures), size, part => vision.Bare.Encode(part).Dispose());
    }
}
