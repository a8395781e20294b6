using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MultiModalMesh.Simulator.Mesh;
using MultiModalMesh.Simulator.Output;
using MultiModalMesh.Simulator.Studies;

namespace MultiModalMesh.Simulator;

/// <summary><c>simulator [--quick] [--seed N] [--out DIR] [STUDY…]</c>.</summary>
internal static class SimulatorCommandLine
{
    public static Task<int> RunAsync(string[] args)
    {
        var names = new Argument<string[]>("study") { Description = "load, staleness, hot, deaths, large, cost; none: all.", Arity = ArgumentArity.ZeroOrMore };
        var quick = new Option<bool>("--quick") { Description = "A hundredth of the size: shows that it works." };
        var seed = new Option<int>("--seed") { Description = "One seed, one course of events.", DefaultValueFactory = _ => 1 };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Where scaling.csv and the charts go.", DefaultValueFactory = _ => new DirectoryInfo(".") };
        var root = new RootCommand("Simulates how the mesh's routing behaves at sizes that nobody has on a desk.") { names, quick, seed, folder };
        root.SetAction((parsed, token) => RunAsync(parsed.GetValue(names)!, parsed.GetValue(quick), parsed.GetValue(seed), parsed.GetValue(folder)!.FullName, token));
        return root.Parse(args).InvokeAsync();
    }

    private static async Task<int> RunAsync(string[] names, bool quick, int seed, string folder, CancellationToken cancellationToken)
    {
        var all = AllStudies.For(quick, seed);
        if (names.FirstOrDefault(name => name != "cost" && all.All(study => study.Name != name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no study '{unknown}'; there are {string.Join(", ", all.Select(study => study.Name))}, cost.");
            return 2;
        }

        Directory.CreateDirectory(folder);
        var results = new List<(Study Study, IReadOnlyList<Outcome> Outcomes)>();
        foreach (var study in all.Where(study => names.Length == 0 || names.Contains(study.Name, StringComparer.Ordinal)))
        {
            var start = Stopwatch.GetTimestamp();
            var outcomes = await study.RunAsync(cancellationToken);
            results.Add((study, outcomes));
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{study.Name}: {outcomes.Sum(outcome => (long)outcome.Turns):N0} turns measured in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));
            foreach (var chart in Chart.All.Where(chart => chart.Study == study.Name))
            {
                chart.Draw(study, outcomes, Path.Combine(folder, chart.File));
            }
        }

        var csv = CsvFile.Text(results);
        await File.WriteAllTextAsync(Path.Combine(folder, "scaling.csv"), csv, cancellationToken);
        Console.Write(csv);
        if (names.Length == 0 || names.Contains("cost", StringComparer.Ordinal))
        {
            Console.Write(CsvFile.Text((quick ? new[] { 10 } : [10, 100, 1000, 3000, 10_000]).Select(RouterCost.Measure)));
        }

        return 0;
    }
}
