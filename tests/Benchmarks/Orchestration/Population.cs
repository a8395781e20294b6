using System.Diagnostics;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Reporting;
using Orleans.Runtime;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>A hundred thousand dialogues in one cluster: what each takes while it is in memory and when it is not, and how long one takes to come back.</summary>
internal sealed class Population : IMeasurement
{
    private const int AtOnce = 64, Steps = 5, Woken = 1000;

    /// <summary>Orleans lets go of what it remembers of calls and activations after time-outs of its own.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    public string Name => "population";

    public string About => "100,000 dialogues on two silos and Garnet: memory of a dialogue at hand and put away, time to wake one, turns a second";

    public async Task MeasureAsync(Bench bench)
    {
        await using var mesh = await TwoSilos.StartAsync();
        var caller = new Caller(mesh);
        var (count, first) = (bench.Size(100_000, 5_000), bench.Size(5_000, 1_000));

        // What every process has once is not counted to the dialogues.
        await caller.ManyAsync(0, first, AtOnce);
        var empty = await mesh.LookAsync();
        var (rates, heaps) = (new List<double>(), new List<Point>());
        for (var step = 0; step < Steps; step++)
        {
            var start = Stopwatch.GetTimestamp();
            await caller.ManyAsync(first + (step * count / Steps), count / Steps, AtOnce);
            rates.Add(count / Steps / Stopwatch.GetElapsedTime(start).TotalSeconds);
            heaps.Add(new Point((step + 1.0) * count / Steps, (await mesh.LookAsync()).Sum(silo => silo.Heap) / (double)(1 << 20)));
        }

        var full = await mesh.LookAsync();
        Add("turns a second, each of a new dialogue", "/s", Spread.Of(rates));
        Add("durable writes of a dialogue's first turn", "", Spread.Of((full.Sum(silo => silo.Writes) - empty.Sum(silo => silo.Writes)) / (double)count));
        Add("managed memory of a dialogue at hand, both silos", "KB", Spread.Of(PerDialogue(silo => silo.Heap, empty, full)));
        Add("resident memory of a dialogue at hand, both silos", "KB", Spread.Of(PerDialogue(silo => silo.Resident, empty, full)));
        Add("resident memory of a silo with all dialogues", "MiB", Spread.Of(full.Select(silo => silo.Resident / (double)(1 << 20))));
        bench.Add(new Curve("managed memory of both silos", "dialogues", "MiB", heaps));

        await PutAwayAsync();
        bench.Log($"at once {PerDialogue(silo => silo.Heap, empty, await mesh.LookAsync()):0.00} KB of a dialogue are left");
        await Task.Delay(Settling);
        var idle = await mesh.LookAsync();
        Add("managed memory of a dialogue put away, a minute later, both silos", "KB", Spread.Of(PerDialogue(silo => silo.Heap, empty, idle)));
        Add("durable writes of putting a dialogue away", "", Spread.Of((idle.Sum(silo => silo.Writes) - full.Sum(silo => silo.Writes)) / (double)(count + first)));
        var random = new Random(3);
        var woken = new double[bench.Size(Woken, Woken / 5)];
        for (var i = 0; i < woken.Length; i++)
        {
            var dialogue = caller.Dialogue(random.Next(count));
            woken[i] = await Watch.MillisecondsAsync(dialogue.GetAsync);
        }

        Array.Sort(woken);
        Add("a dialogue that is not in memory answers, p50", "ms", Spread.Of(Spread.Percentile(woken, 0.5)));
        Add("a dialogue that is not in memory answers, p99", "ms", Spread.Of(Spread.Percentile(woken, 0.99)));

        double PerDialogue(Func<MemberState, long> of, IReadOnlyList<MemberState> before, IReadOnlyList<MemberState> after) =>
            (after.Sum(of) - before.Sum(of)) / 1000.0 / count;

        void Add(string what, string unit, Spread value) => bench.Add(new Row($"{count:N0} dialogues: {what}", null, new Reading("mesh", unit, value), unit, value, null));

        async Task PutAwayAsync()
        {
            var management = mesh.Grains.GetGrain<IManagementGrain>(0);
            await management.ForceActivationCollection(TimeSpan.FromMilliseconds(1));
            var statistics = await management.GetSimpleGrainStatistics();
            bench.Log($"in memory: {string.Join(", ", statistics.Select(one => $"{one.ActivationCount} {one.GrainType}"))}");
        }
    }
}
