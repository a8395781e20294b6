using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Rating;
using MultiModalMesh.Evaluation.Statistics;
using MultiModalMesh.Mesh.CommandLine.Eval;

namespace MultiModalMesh.Mesh.CommandLine.Rate;

/// <summary><c>mesh rate report FILE…</c>: which system people prefer, how sure that is, and how far they agree.</summary>
internal static class RateReportCommand
{
    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("ratings") { Description = "Ratings files; several are taken together.", Arity = ArgumentArity.OneOrMore };
        var rounds = new Option<int>("--rounds") { Description = "Resampled sets for the intervals.", DefaultValueFactory = _ => 1000 };
        var seed = new Option<int>("--seed") { Description = "Of the resampling.", DefaultValueFactory = _ => 1 };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Write the report as Markdown, too." };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs instead of Markdown for people." };
        rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var number and (< 0 or > 100_000))
            {
                result.AddError($"--rounds takes 0 to 100000, not {number}.");
            }
        });
        var command = new Command("report", "Say which system people prefer: Bradley-Terry and Elo points, and Krippendorff's alpha.") { files, rounds, seed, markdown, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            var ratings = result.GetRequiredValue(files).SelectMany(file => RatingFile.Read(file.FullName)).ToList();
            if (ratings.Count == 0)
            {
                throw new MeshException(ErrorReason.EvaluationFileInvalid, "There are no ratings yet. Open the page with 'rate' first.");
            }

            var report = RatingReport.Create(ratings, new Resampling(result.GetValue(rounds), result.GetValue(seed)));
            await EvalOutput.WriteFileAsync(result.GetValue(markdown)?.FullName, () => Task.FromResult(report.ToMarkdown()), cancellationToken);
            Console.WriteLine(result.GetValue(json) ? JsonSerializer.Serialize(report, JsonSerializerOptions.Web) : report.ToMarkdown());
            return 0;
        });
        return command;
    }
}
