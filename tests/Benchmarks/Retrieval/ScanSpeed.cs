using System.Numerics.Tensors;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Retrieval.Embedded.Scan;
using MultiModalMesh.Retrieval.Engine;

namespace MultiModalMesh.Benchmarks.Retrieval;

internal sealed class ScanSpeed : IMeasurement
{
    private const int Items = 100_000;
    private const int Dimensions = 512;
    private const int Limit = 10;

    public string Name => "scan";

    public string About => "exact search in 100,000 x 512 against a plain sum over as many floats; 8-bit codes first against vectors only";

    public async Task MeasureAsync(Bench bench)
    {
        await using var items = await ClusteredItems.MakeAsync(Items, Dimensions, bench.Log);
        var queries = new List<float[]>();
        for (var i = 0; i < bench.Size(100, 10); i++)
        {
            queries.Add(await items.QueryAsync());
        }

        var array = new float[Items * Dimensions];
        Array.Fill(array, 0.5f);
        var next = 0;
        Sum(array);
        Search(ScanWay.Vectors);
        Search(ScanWay.CodesFirst);

        var (rounds, calls) = (bench.Size(7, 2), bench.Size(15, 3));
        var exact = await Pairs.MeasureMediansAsync(
            rounds, calls, () => Task.FromResult(Watch.Milliseconds(() => Sum(array))), () => Task.FromResult(Watch.Milliseconds(() => Search(ScanWay.Vectors))));
        bench.Add(new Row(
            "exact search, 100,000 x 512, rate of bytes / plain sum on as many threads",
            new Reading("sum", "ms", Spread.Of(exact.Theirs)), new Reading("search", "ms", Spread.Of(exact.Ours)), "", exact.Compare((sum, search) => sum / search), Bar.AtLeast(0.7)));

        var codes = await Pairs.MeasureMediansAsync(
            rounds, calls, () => Task.FromResult(Watch.Milliseconds(() => Search(ScanWay.Vectors))), () => Task.FromResult(Watch.Milliseconds(() => Search(ScanWay.CodesFirst))));
        bench.Add(new Row(
            "8-bit codes first, speed / vectors only",
            new Reading("vectors", "ms", Spread.Of(codes.Theirs)), new Reading("codes first", "ms", Spread.Of(codes.Ours)), "", codes.Compare((vectors, first) => vectors / first), Bar.AtLeast(2)));

        var found = queries.Average(query => Find(query, ScanWay.CodesFirst).Intersect(Find(query, ScanWay.Vectors)).Count() / (double)Limit);
        bench.Add(new Row("recall@10 of codes first", null, new Reading("codes first", "", Spread.Of(found)), "", Spread.Of(found), Bar.AtLeast(0.99)));

        void Search(ScanWay way) => Find(queries[next++ % queries.Count], way);
        IEnumerable<RowAddress> Find(float[] query, ScanWay way) => items.Collection.FindNearest(new NearestQuery(query, Limit), way).Select(ranked => ranked.Row);
    }

    private static void Sum(float[] array)
    {
        var sums = new float[Bench.Threads];
        Parallel.For(0, sums.Length, part =>
        {
            var size = array.Length / sums.Length;
            sums[part] = TensorPrimitives.Sum(array.AsSpan(part * size, size));
        });
    }
}
