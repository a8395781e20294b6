using System.CommandLine;
using System.Runtime.InteropServices;
using MultiModalMesh.Trainer.Export;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>run</c>: starts the run that a configuration file describes, or goes on with it.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("config") { Description = "Configuration file (YAML)." };
        var folder = new Option<string?>("--out") { Description = "Run folder; one that is there is resumed. Default: runs/ and the file's name." };
        var check = new Option<bool>("--check") { Description = "Only checks the configuration and prints it with all defaults." };
        var command = new Command("run", "Trains as a configuration file says; SIGTERM and Ctrl-C write a checkpoint.") { file, folder, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(file);
            var settings = SettingsFile.Read(path);
            if (parsed.GetValue(check))
            {
                Console.Write(SettingsFile.Print(settings));
                return;
            }

            await RunAsync(settings, parsed.GetValue(folder) ?? Path.Combine("runs", Path.GetFileNameWithoutExtension(path)), cancellationToken);
        });
        return command;
    }

    public static async Task RunAsync(TrainingSettings settings, string folder, CancellationToken cancellationToken)
    {
        await RunFolder.PrepareAsync(folder, settings, cancellationToken);
        var workspace = new Workspace(folder);
        var average = settings.Optimization.EmaDecay > 0 ? new AveragedWeights(workspace.Model.Parameters, settings.Optimization.EmaDecay) : null;
        var checkpoints = new CheckpointFolder(folder);
        var trainee = new Trainee(workspace.Model, new AdamW(workspace.Model.Parameters), average);
        RunState state;
        if (!checkpoints.IsEmpty)
        {
            state = checkpoints.LoadNewest(trainee, Console.Error.WriteLine);
        }
        else
        {
            state = settings.Init.Length > 0 ? PackWeights.Load(workspace, settings.Init) : new RunState();

            // The average starts from what training starts from.
            average?.Reset();
        }

        var parameters = workspace.Model.Parameters.Declared.Where(d => !d.IsBuffer).ToArray();
        Console.WriteLine($"{parameters.Sum(p => p.Count):N0} parameters, {parameters.Where(p => p.Rate > 0).Sum(p => p.Count):N0} of them learn; {workspace.Shape.Vocabulary} tokens; step {state.Step}, {state.Seconds / 60:0} min trained.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var data = await StageData.OpenAsync(workspace, state, cancellationToken);
        await using var stage = data.CreateStage();
        await new TrainingRun(folder, stage, trainee, state, settings).RunAsync(stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
