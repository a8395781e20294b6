using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MultiModalMesh.Chaos.Faults;
using MultiModalMesh.Chaos.Processes;
using MultiModalMesh.Chaos.Reporting;
using MultiModalMesh.Chaos.Rolling;
using MultiModalMesh.Chaos.Rounds;

namespace MultiModalMesh.Chaos;

/// <summary><c>chaos [--store S] [--rounds N] [--seed S] [--faults F,…] [--deadline SECONDS] [--previous COMMIT] [--json FILE] [--log FILE]</c>, and <c>chaos --rolling</c></summary>
internal static class ChaosCommandLine
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>0: every promise was kept; 1: one was broken, or the run was stopped; 2: wrong arguments; 3: it could not be run.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var store = new Option<string>("--store") { Description = "What the mesh stands on.", DefaultValueFactory = _ => "garnet" };
        store.AcceptOnlyFromAmong("garnet", "postgresql");
        var rounds = new Option<int>("--rounds") { Description = "Rounds of each fault.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed") { Description = "Draws what is asked, whom the fault strikes and when.", DefaultValueFactory = _ => 1 };
        var faults = new Option<string>("--faults")
        {
            Description = $"Separated by commas; they take turns. {string.Join("; ", Fault.All.Select(fault => $"{fault.Name}: {fault.About}"))}.",
            DefaultValueFactory = _ => string.Join(',', Fault.All.Select(fault => fault.Name)),
        };
        faults.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>()?.Split(',').FirstOrDefault(name => Fault.All.All(fault => fault.Name != name)) is { } unknown)
            {
                result.AddError($"There is no fault '{unknown}'; there are {string.Join(", ", Fault.All.Select(fault => fault.Name))}.");
            }
        });
        var deadline = new Option<int>("--deadline") { Description = "Seconds after a fault in which every acknowledged turn has to end.", DefaultValueFactory = _ => 90 };
        var previous = new Option<string?>("--previous") { Description = "One of the two silos is built from this commit: two releases in one cluster. Takes a minute longer." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes every round to this file too." };
        var log = new Option<FileInfo?>("--log") { Description = "Writes what all processes printed to this file at the end." };
        var rolling = new Option<bool>("--rolling") { Description = "Instead of faults: restarts every process with SIGTERM, one after the other, under load." };
        var load = new Option<double>("--load") { Description = "With --rolling: share of the turns a second that the mesh can answer.", DefaultValueFactory = _ => 0.7 };
        var calm = new Option<int>("--calm") { Description = "With --rolling: seconds that each of its measurements before the restarts takes.", DefaultValueFactory = _ => 20 };
        var root = new RootCommand("Breaks a running mesh, round after round, and looks whether an acknowledged turn, or an item of an acknowledged job, was lost, doubled, stuck or changed.")
        {
            store, rounds, seed, faults, deadline, previous, json, log, rolling, load, calm,
        };
        root.SetAction((parsed, cancellationToken) => parsed.GetValue(rolling)
            ? RollAsync(parsed.GetValue(store)!, parsed.GetValue(seed), parsed.GetValue(load), TimeSpan.FromSeconds(parsed.GetValue(calm)), parsed.GetValue(log), cancellationToken)
            : RunAsync(
            parsed.GetValue(store)!,
            parsed.GetValue(rounds),
            parsed.GetValue(seed),
            [.. parsed.GetValue(faults)!.Split(',').Select(name => Fault.All.First(fault => fault.Name == name))],
            TimeSpan.FromSeconds(parsed.GetValue(deadline)),
            parsed.GetValue(previous),
            parsed.GetValue(json),
            parsed.GetValue(log),
            cancellationToken));
        var result = root.Parse(args);
        return result.Errors.Count > 0 ? await WrongAsync(result) : await result.InvokeAsync();
    }

    private static async Task<int> RunAsync(
        string store, int rounds, int seed, IReadOnlyList<Fault> faults, TimeSpan deadline, string? commit, FileInfo? json, FileInfo? log, CancellationToken cancellationToken)
    {
        if (Store.Missing(store) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 3;
        }

        PreviousRelease? previous = null;
        if (commit is not null)
        {
            (previous, var problem) = await PreviousRelease.BuildAsync(commit, cancellationToken);
            if (previous is null)
            {
                await Console.Error.WriteLineAsync(problem);
                return 3;
            }
        }

        using var building = previous;
        var (at, load) = (TimeProvider.System.GetUtcNow(), RunReport.LoadNow());
        var random = new Random(seed);
        var results = new List<RoundResult>();
        await using var mesh = await ChaosMesh.StartAsync(store, faults.Any(fault => fault.NeedsNetwork), previous, cancellationToken);
        var campaign = new Campaign(mesh, random, deadline);
        Progress($"The mesh is whole. Undisturbed, a round has {await campaign.LearnAsync(cancellationToken)} events.");
        for (var i = 0; i < rounds * faults.Count; i++)
        {
            RoundResult round;
            try
            {
                round = await campaign.RunAsync(i + 1, faults[i % faults.Count], cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Progress("Stopped; what was seen until now:");
                break;
            }

            results.Add(round);
            Progress(string.Create(
                CultureInfo.InvariantCulture,
                $"{round.Number}/{rounds * faults.Count} {round.Fault} {round.Moment}: {round.Acknowledged} acknowledged, {round.InTheMiddle} in the middle, went on after {round.WentOnSeconds:0.00} s, {round.Seconds:0.0} s in all{(round.Kept ? "" : ", BROKEN")}"));
            if (!round.Kept)
            {
                var printed = Path.Combine(Path.GetTempPath(), $"chaos-{seed}-{round.Number}.log");
                await File.WriteAllTextAsync(printed, mesh.Output, CancellationToken.None);
                Progress($"{string.Join('\n', round.Findings)}\nWhat the processes printed is in {printed}");
            }
        }

        var report = new RunReport(store, seed, at, Environment.ProcessorCount, load, mesh.EndedByThemselves, results);
        Console.WriteLine(FaultTable.Write(results));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{store}, seed {seed}, {at:yyyy-MM-dd}, {report.Processors} processors, load {load:0.0} before; {report.EndedByThemselves} processes ended by themselves and were started again"));
        if (previous is not null)
        {
            Console.WriteLine($"{mesh.Silos[0].Name} was of {previous.Commit}; {string.Join(" and ", mesh.Silos.Select(silo => $"{silo.Name} died {silo.Generation - 1} times"))}");
        }

        if (json is not null)
        {
            await File.WriteAllBytesAsync(json.FullName, JsonSerializer.SerializeToUtf8Bytes(report, Json), CancellationToken.None);
        }

        if (log is not null)
        {
            await File.WriteAllTextAsync(log.FullName, mesh.Output, CancellationToken.None);
        }

        return results.Count == rounds * faults.Count && results.All(round => round.Kept) ? 0 : 1;
    }

    private static async Task<int> RollAsync(string store, int seed, double load, TimeSpan calm, FileInfo? log, CancellationToken cancellationToken)
    {
        if (Store.Missing(store) is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 3;
        }

        var (at, loadBefore) = (TimeProvider.System.GetUtcNow(), RunReport.LoadNow());
        await using var mesh = await ChaosMesh.StartAsync(store, withNetwork: false, previous: null, cancellationToken);
        var report = await new RollingRestart(mesh, new Random(seed), Progress).RunAsync(load, calm, cancellationToken);
        Console.WriteLine(report.Write());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{store}, seed {seed}, {at:yyyy-MM-dd}, {Environment.ProcessorCount} processors, load {loadBefore:0.0} before; capacity {report.Capacity:0.0} turns/s, asked for {report.Rate:0.0}; the restarts took {report.Took.TotalSeconds:0} s; {mesh.EndedByThemselves} processes ended by themselves"));
        foreach (var failure in report.Failures)
        {
            Progress(failure);
        }

        if (log is not null)
        {
            await File.WriteAllTextAsync(log.FullName, mesh.Output, CancellationToken.None);
        }

        return report.Kept ? 0 : 1;
    }

    private static async Task<int> WrongAsync(ParseResult result)
    {
        foreach (var error in result.Errors)
        {
            await Console.Error.WriteLineAsync(error.Message);
        }

        return 2;
    }

    private static void Progress(string line) => Console.Error.WriteLine(line);
}
