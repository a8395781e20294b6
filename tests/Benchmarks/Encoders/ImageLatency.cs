using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Encoders;

internal sealed class ImageLatency : IMeasurement
{
    public string Name => "image-latency";

    public string About => "EncodeImages with one caller, JPEG in, against the direct call of raw ONNX Runtime";

    public async Task MeasureAsync(Bench bench)
    {
        await using var vision = await VisionSetup.StartAsync(bench);
        await Measure(2, 3);
        bench.Add(Latency.Row("one picture by gRPC, p50, over 1.05 x direct", await Measure(bench.Size(5, 2), bench.Size(15, 5)), "raw, decoding in line"));

        Task<Pairs> Measure(int rounds, int calls) => Pairs.MeasureMediansAsync(
            rounds, calls,
            () => Timed(picture =>
            {
                vision.Bare.Encode([picture]).Dispose();
                return Task.CompletedTask;
            }),
            () => Timed(vision.EncodeAsync));

        Task<double> Timed(Func<byte[], Task> encode)
        {
            var picture = vision.Pictures.Next();
            return Watch.MillisecondsAsync(() => encode(picture));
        }
    }
}
