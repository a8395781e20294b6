using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Retrieval.Embedded.Scan;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Benchmarks.Retrieval;

internal sealed class FilterCost : IMeasurement
{
    public string Name => "filter";

    public string About => "a search with a filter that passes 1, 10, 50 and 100 % against one without, 100,000 x 512";

    public async Task MeasureAsync(Bench bench)
    {
        await using var items = await ClusteredItems.MakeAsync(100_000, 512, bench.Log);
        var query = await items.QueryAsync();
        foreach (var percent in (int[])[1, 10, 50, 100])
        {
            var filter = new ItemFilter.Range("p", double.NegativeInfinity, false, percent, false);
            Search(filter);
            Search(null);
            var pairs = await Pairs.MeasureMediansAsync(
                bench.Size(7, 2), bench.Size(25, 3), () => Task.FromResult(Watch.Milliseconds(() => Search(null))), () => Task.FromResult(Watch.Milliseconds(() => Search(filter))));
            bench.Add(Row.Ratio($"search with a filter that passes {percent} %, time / without", "ms", pairs, "without", "with", Bar.AtMost(1.1)));
        }

        void Search(ItemFilter? filter) => items.Collection.FindNearest(new NearestQuery(query, 10, filter), ScanWay.CodesFirst);
    }
}
