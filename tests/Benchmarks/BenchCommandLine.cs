using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks;

/// <summary><c>benchmarks TABLE[/MEASUREMENT]… [--quick] [--json FILE] [--packs DIR]</c>, and <c>benchmarks list</c>.</summary>
internal static class BenchCommandLine
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>0: all was measured, whether the bars are met or not; 1: a measurement broke; 2: wrong arguments.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        var names = new Argument<string[]>("table") { Description = "A table, or one measurement of it as table/measurement; 'list' lists them, 'all' is every table.", Arity = ArgumentArity.OneOrMore };
        var quick = new Option<bool>("--quick") { Description = "Few rounds: shows that it works, not how fast it is." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the results to this file too." };
        var packs = new Option<string?>("--packs") { Description = "Where the generated packs are kept (1.2 GB); the default is in the user's cache folder." };
        var root = new RootCommand("Measures the mesh against baselines in the same run, a table at a time.") { names, quick, json, packs };
        root.SetAction(parsed => parsed.GetValue(names) is ["list"]
            ? List()
            : MeasureAsync(parsed.GetValue(names)!, parsed.GetValue(quick), parsed.GetValue(json), new PackCache(parsed.GetValue(packs), Progress)));
        return root.Parse(args).InvokeAsync();
    }

    private static Task<int> List()
    {
        foreach (var table in Table.All)
        {
            foreach (var measurement in table.Measurements)
            {
                Console.WriteLine($"{table.Name + "/" + measurement.Name,-24}{measurement.About}");
            }
        }

        return Task.FromResult(0);
    }

    private static async Task<int> MeasureAsync(string[] names, bool quick, FileInfo? json, PackCache packs)
    {
        var chosen = Table.All
            .Select(table => table with { Measurements = [.. table.Measurements.Where(m => names.Any(name => name == "all" || name == table.Name || name == $"{table.Name}/{m.Name}"))] })
            .Where(table => table.Measurements.Count > 0).ToList();
        if (names.FirstOrDefault(name => name != "all" && !chosen.Any(t => name == t.Name || t.Measurements.Any(m => name == $"{t.Name}/{m.Name}"))) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no table '{unknown}'; 'list' lists them.");
            return 2;
        }

        var load = Machine.LoadNow();
        var results = new List<TableResult>();
        foreach (var table in chosen)
        {
            results.Add(await MeasureAsync(table, new Bench(quick, packs, Progress)));
            Console.WriteLine(MarkdownTable.Write(results[^1]));
        }

        var machine = Machine.Describe(TimeProvider.System, load);
        Console.WriteLine(quick ? $"{machine} · quick" : machine.ToString());
        if (json is not null)
        {
            await File.WriteAllBytesAsync(json.FullName, JsonSerializer.SerializeToUtf8Bytes(new RunReport(machine, quick, results), Json));
        }

        return results.All(result => result.Failures.Count == 0) ? 0 : 1;
    }

    private static async Task<TableResult> MeasureAsync(Table table, Bench bench)
    {
        var failures = new List<string>();
        foreach (var measurement in table.Measurements)
        {
            Progress($"{table.Name}/{measurement.Name}: {measurement.About}");
            try
            {
                await measurement.MeasureAsync(bench);
            }
#pragma warning disable CA1031 // One that breaks is told; the others are measured.
            catch (Exception failure)
            {
                failures.Add($"{table.Name}/{measurement.Name}: {failure.GetType().Name}: {failure.Message}");
                Progress(failure.ToString());
            }
#pragma warning restore CA1031
        }

        return new TableResult(table.Name, bench.Rows, bench.Curves, failures);
    }

    private static void Progress(string line) => Console.Error.WriteLine(line);
}
