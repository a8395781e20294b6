using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Benchmarks.Shipped;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Memory;

internal sealed class LoadUnload : IMeasurement
{
    public string Name => "cycles";

    public string About => "resident memory over 1,000 cycles of loading and unloading the shipped pack";

    public Task MeasureAsync(Bench bench)
    {
        var pack = ShippedPack.Folder();
        var (cycles, every) = (bench.Size(1000, 40), bench.Size(50, 5));
        var points = new List<Point>();
        var times = new List<double>();
        for (var cycle = 1; cycle <= cycles; cycle++)
        {
            times.Add(Watch.Milliseconds(() =>
            {
                using var catalog = PackCatalog.Load([pack], PackParts.All, new InferenceOptions());
                _ = catalog.Entries[0].Error is { } error ? throw error : catalog.Entries[0];
            }));
            if (cycle % every == 0)
            {
                GC.Collect();
                points.Add(new Point(cycle, Environment.WorkingSet / (double)(1 << 20)));
            }
        }

        // What the first cycles fill for good (code, caches, arenas) is no leak.
        var early = points[Math.Max(0, (points.Count / 10) - 1)];
        bench.Add(new Curve("resident memory", "cycle", "MiB", points));
        bench.Add(new Row(
            $"resident memory after {cycles} cycles / after {early.X}", new Reading($"after {early.X}", "MiB", Spread.Of(early.Y)),
            new Reading($"after {cycles}", "MiB", Spread.Of(points[^1].Y)), "", Spread.Of(points[^1].Y / early.Y), Bar.AtMost(1.1)));
        bench.Add(new Row("a cycle, checksums included", null, new Reading("load and unload", "ms", Spread.Of(times)), "ms", Spread.Of(times), null));
        return Task.CompletedTask;
    }
}
