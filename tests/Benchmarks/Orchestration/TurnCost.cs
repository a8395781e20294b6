using System.Diagnostics;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>What grains, store and routing add to a turn: alone, and when many come at once.</summary>
/// <param name="name">On the command line.</param>
/// <param name="start">Starts what is measured.</param>
internal sealed class TurnCost(string name, Func<Task<IOrchestration>> start) : IMeasurement
{
    private const int TurnsOfDialogue = 8, AtOnce = 64;

    public string Name => name;

    public string About => $"a turn with a worker that answers at once, one by one and {AtOnce} at a time; its writes ({name})";

    public async Task MeasureAsync(Bench bench)
    {
        await using var mesh = await start();
        var caller = new Caller(mesh);
        var (count, next) = (bench.Size(2000, 200), 0);

        // Code is compiled again where it runs often, and connections are made.
        await caller.ManyAsync(next, count, AtOnce);
        next += count;
        var (direct, turns, alone) = (new double[count], new double[count], new double[count]);
        var before = await WritesAsync(mesh);
        for (var i = 0; i < count; i++)
        {
            direct[i] = await caller.DirectAsync();
            turns[i] = await caller.TurnAsync(next + (i / TurnsOfDialogue));
            alone[i] = await Watch.MillisecondsAsync(mesh.WriteAloneAsync);
        }

        var writes = (await WritesAsync(mesh) - before) / (double)count;
        next += count;
        var added = turns.Zip(direct, (turn, call) => turn - call).ToArray();
        Add(bench, mesh, "a turn adds to the worker's call, p50", 0.5, added, Bar.AtMost(3));
        Add(bench, mesh, "a turn adds to the worker's call, p99", 0.99, added, null);
        Add(bench, mesh, "a turn, from post to end, p50", 0.5, turns, null);
        Add(bench, mesh, "a turn, from post to end, p99", 0.99, turns, null);
        Add(bench, mesh, "the worker's call, p50", 0.5, direct, null);
        bench.Add(Row(mesh, $"durable writes of a turn, dialogues of {TurnsOfDialogue}", "", Spread.Of(writes), null, null));
        await MeasureRateAsync(bench, mesh, caller, next);

        void Add(Bench to, IOrchestration of, string what, double share, double[] values, Bar? bar) =>
            to.Add(Row(of, what, "ms", Percentile(values, share), new Reading("one durable write alone", "ms", Percentile(alone, share)), bar));
    }

    private static async Task MeasureRateAsync(Bench bench, IOrchestration mesh, Caller caller, int first)
    {
        var count = bench.Size(2000, 500);
        var (rates, times) = (new List<double>(), new List<double>());
        for (var round = 0; round < bench.Size(5, 1); round++)
        {
            var start = Stopwatch.GetTimestamp();
            times.AddRange(await caller.ManyAsync(first + (round / TurnsOfDialogue * count), count, AtOnce));
            rates.Add(count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        bench.Add(Row(mesh, $"turns a second, {AtOnce} at a time", "/s", Spread.Of(rates), null, null));
        bench.Add(Row(mesh, $"a turn, {AtOnce} at a time, p50", "ms", Percentile([.. times], 0.5), null, null));
        bench.Add(Row(mesh, $"a turn, {AtOnce} at a time, p99", "ms", Percentile([.. times], 0.99), null, null));
    }

    private static Row Row(IOrchestration mesh, string what, string unit, Spread value, Reading? baseline, Bar? bar) =>
        new($"{mesh.Name}: {what}", baseline, new Reading("mesh", unit, value), unit, value, bar);

    private static Spread Percentile(double[] values, double share) => Spread.Of(Spread.Percentile([.. values.Order()], share));

    private static async Task<long> WritesAsync(IOrchestration mesh) => (await mesh.LookAsync()).Sum(silo => silo.Writes);
}
