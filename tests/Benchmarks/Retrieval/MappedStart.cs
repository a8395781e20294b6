using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Retrieval;

internal sealed class MappedStart : IMeasurement
{
    public string Name => "start";

    public string About => "opening a collection of 1,000,000 x 512 against reading its vectors (writes 2.6 GB to the temporary folder)";

    public async Task MeasureAsync(Bench bench)
    {
        var count = bench.Size(1_000_000, 50_000);
        await using var items = await ClusteredItems.MakeAsync(count, 512, bench.Log);
        var buffer = new byte[1 << 20];
        var pairs = await Pairs.MeasureAsync(bench.Size(5, 2), () => Task.FromResult(Watch.Milliseconds(() => Read(items, buffer))), items.ReopenAsync);
        bench.Add(new Row($"start with {count:N0} x 512", null, new Reading("opened", "s", Spread.Of(pairs.Ours.Select(ms => ms / 1000))), "s", Spread.Of(pairs.Ours.Select(ms => ms / 1000)), Bar.AtMost(2)));
        bench.Add(Row.Ratio("the same / reading the vectors, cached by the system", "ms", pairs, "read", "opened", null));
    }

    private static void Read(ClusteredItems items, byte[] buffer)
    {
        foreach (var path in items.VectorFiles)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            while (file.Read(buffer) > 0)
            {
            }
        }
    }
}
