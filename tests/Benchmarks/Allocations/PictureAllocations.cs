using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Pictures;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Allocations;

internal sealed class PictureAllocations : IMeasurement
{
    public string Name => "picture";

    public string About => "managed bytes for a picture through the vision encoder, one at a time and 16 at once";

    public async Task MeasureAsync(Bench bench)
    {
        using var catalog = PackCatalog.Load([bench.Packs.Clip], PackParts.Vision, new InferenceOptions { VerifyChecksums = false });
        var encoder = catalog.Get(null).RequireVisionEncoder();
        var supply = new PictureSupply(640, 480);
        var count = bench.Size(32, 16);
        await EncodeAsync(supply.Next(16), 16);
        const int output = 3 * 224 * 224 * sizeof(float);
        foreach (var together in new[] { 1, 16 })
        {
            var pictures = supply.Next(count);
            var bytes = await Allocated.ByAsync(() => EncodeAsync(pictures, together)) / (double)count;
            bench.Add(new Row(
                $"managed bytes for a picture, {together} at once / what the model reads", new Reading("pixel values", "KB", Spread.Of(output / 1000.0)),
                new Reading("allocated", "KB", Spread.Of(bytes / 1000.0)), "", Spread.Of(bytes / output), null));
        }

        async Task EncodeAsync(byte[][] pictures, int together)
        {
            foreach (var part in pictures.Chunk(together))
            {
                await Task.WhenAll(part.Select(picture => encoder.EncodeAsync(picture)));
            }
        }
    }
}
