using System.CommandLine;
using MultiModalMesh.Trainer.Settings;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>train</c>: the picto stage by options, without a file.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Run folder; one that is there is resumed.", Required = true };
        var minutes = new Option<double>("--minutes") { Description = "Training time in all, over which the learning rate decays.", DefaultValueFactory = _ => 85 };
        var steps = new Option<long?>("--steps") { Description = "Steps in all instead of minutes: exactly reproducible." };
        var vision = new Option<double>("--vision-share") { Description = "Share of the run that trains on pictures alone, before language joins.", DefaultValueFactory = _ => 0.2 };
        var batch = new Option<int>("--batch") { Description = "Samples a step.", DefaultValueFactory = _ => 32 };
        var rate = new Option<double>("--rate") { Description = "Highest learning rate.", DefaultValueFactory = _ => 1.5e-3 };
        var init = new Option<string?>("--init") { Description = "Folder of a pack whose weights a new run starts from." };
        var command = new Command("train", "Trains picto on the synthetic world: 'run' with the stage picto, by options.") { folder, init, minutes, steps, vision, batch, rate };
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = Picto(parsed.GetValue(init) ?? "", parsed.GetValue(batch), parsed.GetValue(vision), parsed.GetValue(rate));
            settings = parsed.GetValue(steps) is { } count
                ? settings with { Optimization = settings.Optimization with { Steps = count, WarmupSteps = Math.Min(settings.Optimization.WarmupSteps, count / 2) } }
                : settings with { Picto = settings.Picto with { Minutes = parsed.GetValue(minutes) } };
            return RunCommand.RunAsync(settings, parsed.GetRequiredValue(folder), cancellationToken);
        });
        return command;
    }

    private static TrainingSettings Picto(string init, int batch, double visionShare, double rate) => new()
    {
        Stage = Stage.Picto,
        Init = init,
        Optimization = new OptimizationSettings { BatchSize = batch, LearningRate = rate, FinalLearningRate = 2e-5, WarmupSteps = 150 },
        Picto = new PictoSettings { VisionShare = visionShare },
        Checkpoints = new CheckpointSettings { EverySteps = 300 },
        Evaluation = new EvaluationSettings { EverySteps = 500, Samples = 192 },
        Metrics = new MetricsSettings { EverySteps = 20 },
    };
}
