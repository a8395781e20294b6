using System.CommandLine;
using System.Runtime.InteropServices;
using MultiModalMesh.Trainer.Export;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>train</c>: starts a run or goes on with it.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Run folder: tokenizer, checkpoint, metrics. A checkpoint in it is resumed.", Required = true };
        var minutes = new Option<double>("--minutes") { Description = "Training time in all, over which the learning rate decays.", DefaultValueFactory = _ => 85 };
        var steps = new Option<long?>("--steps") { Description = "Steps in all instead of minutes: exactly reproducible." };
        var vision = new Option<double>("--vision-share") { Description = "Share of the run that trains on pictures alone, before language joins.", DefaultValueFactory = _ => 0.2 };
        var batch = new Option<int>("--batch") { Description = "Samples a step.", DefaultValueFactory = _ => 32 };
        var init = new Option<string?>("--init") { Description = "Folder of a pack whose weights a new run starts from." };
        var command = new Command("train", "Trains; SIGTERM and Ctrl-C write a checkpoint.") { folder, init, minutes, steps, vision, batch };
        command.SetAction((parsed, _) =>
        {
            var schedule = parsed.GetValue(steps) is { } count ? new Schedule(count, true) : new Schedule(parsed.GetValue(minutes) * 60, false);
            schedule = schedule with { VisionShare = parsed.GetValue(vision) };
            return RunAsync(new TrainingOptions(parsed.GetRequiredValue(folder), schedule) { BatchSize = parsed.GetValue(batch) }, parsed.GetValue(init));
        });
        return command;
    }

    private static async Task RunAsync(TrainingOptions options, string? pack)
    {
        if (pack is not null)
        {
            PackWeights.Prepare(pack, options.Folder);
        }

        Workspace.Prepare(options.Folder);
        var workspace = new Workspace(options.Folder);
        var optimizer = new AdamW(workspace.Model.Parameters);
        var state = File.Exists(workspace.CheckpointPath) ? Checkpoint.Load(workspace.CheckpointPath, workspace.Model, optimizer)
            : pack is not null ? PackWeights.Load(workspace, pack)
            : new RunState();
        Console.WriteLine(
            $"{workspace.Model.Parameters.Values.numel():N0} parameters, {workspace.Shape.Vocabulary} tokens, {workspace.Classes.SingleTokenNouns} of {workspace.Classes.Count} class names are one token; "
            + $"step {state.Step}, {state.Seconds / 60:0} min trained.");
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await new TrainingRun(workspace.Model, optimizer, workspace.Objective, workspace.Composer, workspace.Art, options, state).RunAsync(stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
