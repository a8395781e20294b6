using System.CommandLine;
using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Reports;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>report</c>: a run as one HTML page.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("run") { Description = "Run folder." };
        var output = new Option<string?>("--out") { Description = "The page; default: report.html in the run folder." };
        var command = new Command("report", "Draws losses and figures of a run, and what its model gets right and wrong, as one HTML page.") { folder, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = parsed.GetRequiredValue(folder);
            if (!File.Exists(Workspace.SettingsPath(run)))
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"{run} is no run: it has no config.yaml. 'trainer run' makes one.");
            }

            var path = parsed.GetValue(output) ?? Path.Combine(run, "report.html");
            await File.WriteAllTextAsync(path, RunReport.Read(run).ToHtml(), cancellationToken);
            Console.WriteLine(path);
        });
        return command;
    }
}
