using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Pictures;
using NetVips;

namespace MultiModalMesh.Benchmarks.Pictures;

internal sealed class PicturePreparation : IMeasurement
{
    private const int Edge = 224;

    private static readonly PictureLimits Limits = new();

    public string Name => "prepare";

    public string About => "decode, resize, crop and normalise on one thread against libvips' own thumbnail";

    public async Task MeasureAsync(Bench bench)
    {
        var preprocessor = PicturePreprocessor.Load(Path.Combine(bench.Packs.Clip, PackFiles.Preprocessor));
        (string Kind, byte[] File)[] pictures =
        [
            ("JPEG 640 x 480", PictureSupply.Encode(640, 480, 1, image => image.JpegsaveBuffer(q: 90))),
            ("JPEG 4000 x 3000", PictureSupply.Encode(4000, 3000, 2, image => image.JpegsaveBuffer(q: 90))),
            ("PNG 640 x 480", PictureSupply.Encode(640, 480, 3, image => image.PngsaveBuffer())),
            ("WebP 640 x 480", PictureSupply.Encode(640, 480, 4, image => image.WebpsaveBuffer(q: 80))),
        ];
        foreach (var (kind, file) in pictures)
        {
            Ours(file);
            Theirs(file);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Ours(file);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

            var pairs = await Pairs.MeasureMediansAsync(
                bench.Size(5, 2), bench.Size(20, 3),
                () => Task.FromResult(Watch.Milliseconds(() => Theirs(file))), () => Task.FromResult(Watch.Milliseconds(() => Ours(file))));
            bench.Add(Row.Ratio($"prepare a {kind}, time / libvips", "ms", pairs, "libvips thumbnail", "ours", null));
            const int output = 3 * Edge * Edge * sizeof(float);
            bench.Add(new Row(
                $"managed memory for a {kind} / what the model reads", new Reading("pixel values", "KB", Spread.Of(output / 1000.0)),
                new Reading("allocated", "KB", Spread.Of(bytes / 1000.0)), "", Spread.Of(bytes / (double)output), null));
        }

        void Ours(byte[] file) => preprocessor.PixelValues(PictureReader.Read(file, Limits, preprocessor.ShortestEdge));
    }

    /// <summary>The library's fastest way to the same size, and the plainest loop to floats; its filter is not the one that models were trained with.</summary>
    private static float[] Theirs(byte[] file)
    {
        using var thumbnail = Image.ThumbnailBuffer(file, Edge, height: Edge, crop: Enums.Interesting.Centre);
        var pixels = thumbnail.WriteToMemory<byte>();
        var values = new float[3 * Edge * Edge];
        for (var i = 0; i < Edge * Edge; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                values[(channel * Edge * Edge) + i] = ((pixels[(i * 3) + channel] / 255f) - 0.45f) / 0.27f;
            }
        }

        return values;
    }
}
