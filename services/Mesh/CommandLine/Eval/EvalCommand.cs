using System.CommandLine;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary><c>mesh eval TASK</c>: how good a model's answers are, with or without asking it.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var command = new Command(
            "eval", "Measure a model, or answers that are there already, against what people said. Several figures, their intervals, and the worst cases.");
        foreach (var task in EvalTask.All)
        {
            command.Add(Create(task));
        }

        return command;
    }

    private static Command Create(EvalTask task)
    {
        var options = new EvalOptions();
        var command = new Command(task.Name, task.Description);
        options.AddTo(command, task);
        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = options.Read(result, task);
            await using var models = new ModelSource(options, result);
            var report = await new EvalRun(task, settings, models).RunAsync(cancellationToken);
            await EvalOutput.WriteAsync(report, settings, result.GetValue(options.Connection.Json), cancellationToken);

            // An item without an answer is a failure of the work, as with describe and index.
            return report.Failed == 0 ? 0 : 1;
        });
        return command;
    }
}
