using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>evaluate</c>: accuracy by question kind and style, and retrieval, on reserved scenes.</summary>
internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var folder = new Option<string>("--run") { Description = "Run folder.", Required = true };
        var split = new Option<Split>("--split") { Description = "Validation for choices, Test for final figures only.", DefaultValueFactory = _ => Split.Validation };
        var samples = new Option<int>("--samples") { Description = "Scenes for each figure; retrieval is among as many.", DefaultValueFactory = _ => 1000 };
        var heldOut = new Option<int>("--held-out-samples") { Description = "The same for the held-out style.", DefaultValueFactory = _ => 200 };
        var report = new Option<string?>("--report") { Description = "Writes REPORT.json and REPORT.md." };
        var command = new Command("evaluate", "Measures accuracy by question kind and style on the synthetic world, of any run.") { folder, split, samples, heldOut, report };
        command.SetAction(async (parsed, cancellation) =>
        {
            var workspace = new Workspace(parsed.GetRequiredValue(folder));
            var state = workspace.LoadTrained();
            var evaluator = workspace.Evaluator;
            var chosen = parsed.GetValue(split);
            var result = new EvaluationReport(
                state, chosen,
                Measure(workspace, evaluator, chosen, StyleSet.Trained, parsed.GetValue(samples), cancellation),
                Measure(workspace, evaluator, chosen, StyleSet.HeldOut, parsed.GetValue(heldOut), cancellation));
            Console.WriteLine(result.ToMarkdown());
            if (parsed.GetValue(report) is { } path)
            {
                await File.WriteAllTextAsync(path + ".md", result.ToMarkdown(), cancellation);
                await File.WriteAllTextAsync(path + ".json", JsonSerializer.Serialize(result.ToSummary(), Indented) + "\n", cancellation);
            }
        });
        return command;
    }

    private static StyleFigures Measure(Workspace workspace, Evaluator evaluator, Split split, StyleSet styles, int count, CancellationToken cancellation)
    {
        var source = new SampleSource(workspace.Art, split, styles);
        var (textToImage, imageToText) = evaluator.RecallAtOne(Enumerable.Range(0, count).Select(i => source.Create(i)), cancellation);
        return new StyleFigures(
            count,
            evaluator.Answers(Enumerable.Range(0, count).Select(i => source.Create(i)), cancellation),
            evaluator.Answers(Enumerable.Range(0, count).Select(i => Naming(source.CreateSingleObject(i), workspace.Art)), cancellation).Total,
            evaluator.TextOnly(Enumerable.Range(0, count / 4).Select(i => source.TextOnlyDialogue(i))).Total,
            textToImage, imageToText);
    }

    /// <summary>One object, one question for its name, no help from turns before it.</summary>
    private static Sample Naming(Sample sample, ArtLibrary art)
    {
        var name = art.Kinds[sample.Scene.Objects[0].Kind].WithArticle;
        return sample with { Turns = [new DialogueTurn(QuestionKind.What, false, "What is this?", $"{char.ToUpperInvariant(name[0])}{name[1..]}.", [], [])] };
    }
}
