using System.CommandLine;
using System.Globalization;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Reports;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary><c>mesh data inspect DIR</c>: what it is, how much is in it, some of it, and what is wrong with it.</summary>
internal static class InspectCommand
{
    private const int ShownProblems = 20, ShownLabels = 12;

    public static Command Create()
    {
        var dataset = new DatasetArguments();
        var samples = new Option<int>("--samples") { Description = "Examples of each split to print.", DefaultValueFactory = _ => 2 };
        var pictures = new Option<bool>("--pictures") { Description = "Decode every picture, too: finds those that are broken or too large." };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs instead of text for people." };
        var command = new Command("inspect", "Say what a data set is, what is in it and what is wrong with it.") { samples, pictures, json };
        dataset.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var opened = await dataset.OpenAsync(result, cancellationToken);
            using var check = new PictureCheck();
            var total = Enum.GetValues<Split>().Sum(opened.Count);
            var summary = await Progressing.RunAsync("Reading", total, progress => DatasetSummary.OfAsync(
                opened, result.GetValue(samples), ShownProblems, result.GetValue(pictures) ? check.CheckAsync : null, progress, cancellationToken));
            if (result.GetValue(json))
            {
                Console.WriteLine(DataJson.Of(summary));
            }
            else
            {
                Print(summary);
            }

            return summary.ProblemCount == 0 ? 0 : 1;
        });
        return command;
    }

    private static void Print(DatasetSummary summary)
    {
        var files = summary.Files.Select(file => Path.GetRelativePath(summary.Path, file)).Where(file => file != ".").ToList();
        Console.WriteLine($"{summary.Path}: {summary.Format}{(files.Count > 0 ? $" ({string.Join(", ", files.Take(6))}{(files.Count > 6 ? $" and {files.Count - 6} more" : "")})" : "")}");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("");
        summary.Splits.ToList().ForEach(split => table.AddColumn(new TableColumn(split.Split.ToString().ToLowerInvariant()).RightAligned()));
        foreach (var (name, count) in Rows.Where(row => summary.Splits.Any(split => row.Count(split) > 0)))
        {
            table.AddRow([name, .. summary.Splits.Select(split => count(split).ToString("N0", CultureInfo.InvariantCulture))]);
        }

        if (summary.Splits.Count == 0)
        {
            Console.WriteLine("No example can be used.");
        }
        else
        {
            AnsiConsole.Write(table);
        }

        if (summary.Labels.Count > 0)
        {
            var more = summary.Labels.Count > ShownLabels ? $", and {summary.Labels.Count - ShownLabels} more" : "";
            Console.WriteLine($"{summary.Labels.Count} classes: {string.Join(", ", summary.Labels.Take(ShownLabels).Select(l => $"{l.Key} {l.Value}"))}{more}");
        }

        if (summary.MetadataFields.Count > 0)
        {
            Console.WriteLine($"Further fields: {string.Join(", ", summary.MetadataFields)}");
        }

        foreach (var example in summary.Samples)
        {
            Console.WriteLine($"{example.Id}: {string.Join(" | ", Said(example).Take(3))}");
        }

        if (summary.ProblemCount > 0)
        {
            Console.WriteLine($"Records that cannot be used: {summary.ProblemCount}");
            summary.Problems.ToList().ForEach(problem => Console.WriteLine($"  {problem}"));
            if (summary.ProblemCount > summary.Problems.Count)
            {
                Console.WriteLine($"  and {summary.ProblemCount - summary.Problems.Count} more");
            }
        }
    }

    private static readonly IReadOnlyList<(string Name, Func<SplitSummary, long> Count)> Rows =
    [
        ("examples", s => s.Examples), ("pictures", s => s.Pictures), ("captions", s => s.Captions), ("questions", s => s.Questions), ("answers", s => s.Answers),
        ("turns", s => s.Turns), ("objects", s => s.Objects), ("regions", s => s.Regions), ("relationships", s => s.Relationships), ("with a class", s => s.Labelled),
    ];

    private static IEnumerable<string> Said(Example example) => example.Captions
        .Concat(example.Questions.Select(q => $"{q.Text} {q.MostCommonAnswer}"))
        .Concat(example.Turns.Select(t => $"{t.Question} {t.Answer}"))
        .Concat(example.Regions.Select(r => r.Phrase))
        .Concat(example.Objects.Select(o => o.Category))
        .Append(example.Label ?? "")
        .Where(text => text.Length > 0);
}
