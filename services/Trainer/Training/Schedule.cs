using MultiModalMesh.Trainer.Settings;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Learning rate and phase as functions of progress, 0..1: linear warm-up, cosine decay.</summary>
/// <param name="Horizon">Seconds of training in all, or steps.</param>
/// <param name="CountsSteps">Whether the horizon is in steps: exactly reproducible.</param>
internal sealed record Schedule(double Horizon, bool CountsSteps)
{
    public double Peak { get; init; } = 1.5e-3;

    public double Final { get; init; } = 2e-5;

    public long WarmUpSteps { get; init; } = 150;

    /// <summary>Share of the horizon before language joins, in the picto stage.</summary>
    public double VisionShare { get; init; } = 0.2;

    public static Schedule Of(TrainingSettings settings)
    {
        var minutes = settings.Stage == Stage.Picto ? settings.Picto.Minutes : 0;
        return new Schedule(minutes > 0 ? minutes * 60 : settings.Optimization.Steps, minutes == 0)
        {
            Peak = settings.Optimization.LearningRate,
            Final = settings.Optimization.FinalLearningRate,
            WarmUpSteps = settings.Optimization.WarmupSteps,
            VisionShare = settings.Picto.VisionShare,
        };
    }

    public double Progress(long step, double seconds) => Math.Min(1, (CountsSteps ? step : seconds) / Horizon);

    public bool VisionOnly(double progress) => progress < VisionShare;

    /// <param name="progress">0..1.</param>
    /// <param name="steps">Optimizer steps so far: the moments need some before they mean anything.</param>
    public float Rate(double progress, long steps) =>
        (float)(Math.Min(1, (steps + 1) / (double)Math.Max(1, WarmUpSteps)) * (Final + ((Peak - Final) * 0.5 * (1 + Math.Cos(Math.PI * progress)))));
}
