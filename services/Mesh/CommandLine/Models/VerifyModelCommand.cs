using System.CommandLine;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Mesh.Packs;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary><c>mesh models verify NAME</c>: checks a pack's files, loads it and runs each of its parts once.</summary>
internal static class VerifyModelCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Name of a pack, as list shows it." };
        var options = new ShelfOptions();
        var command = new Command("verify", "Check a model pack's files, load it and try what it can do.") { name };
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var shelf = options.Open(result);
            var pack = await shelf.FindAsync(result.GetRequiredValue(name), cancellationToken);
            var (trials, problems) = await VerifyAsync(shelf, pack, cancellationToken);
            if (options.Prints(result, new { pack.Name, pack.Directory, can = trials.Where(trial => trial.Problem is null).Select(trial => new { trial.Capability, trial.Result }), problems }))
            {
                return problems.Count == 0 ? 0 : 1;
            }

            foreach (var problem in problems)
            {
                await Console.Error.WriteLineAsync(problem);
            }

            if (problems.Count == 0)
            {
                var table = new Table().Border(TableBorder.Rounded).AddColumns($"{pack.Name.EscapeMarkup()} can", "Tried");
                foreach (var trial in trials)
                {
                    table.AddRow(trial.Capability.EscapeMarkup(), (trial.Result ?? "").EscapeMarkup());
                }

                AnsiConsole.Write(table);
            }

            return problems.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<(IReadOnlyList<TrialResult> Trials, IReadOnlyList<string> Problems)> VerifyAsync(
        PackShelf shelf, ShelvedPack pack, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        if (pack.Source is { } source)
        {
            problems.AddRange(await source.CheckAsync(pack.Directory, checksums: true, cancellationToken));
        }

        if (problems.Count > 0 || pack.State == PackState.Unfinished)
        {
            return ([], problems.Count > 0 ? problems : [pack.Reason!]);
        }

        var options = shelf.Inference;
        options.VerifyChecksums = true;
        using var catalog = PackCatalog.Load([pack.Directory], PackParts.All, options);
        var trials = new List<TrialResult>();
        foreach (var entry in catalog.Entries)
        {
            if (entry.Loaded is { } loaded)
            {
                trials.AddRange(await new PackTrial(loaded, TimeProvider.System).RunAsync(cancellationToken));
            }
            else
            {
                problems.Add(entry.Error!.Message);
            }
        }

        problems.AddRange(trials.Where(trial => trial.Problem is not null).Select(trial => trial.Problem!));
        return (trials, trials.Count > 0 || problems.Count > 0 ? problems : [$"{pack.Directory}: the pack has nothing to try."]);
    }
}
