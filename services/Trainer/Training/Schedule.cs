namespace MultiModalMesh.Trainer.Training;

/// <summary>Learning rate and phase as functions of progress, 0..1: pictures only, then everything; linear warm-up, cosine decay.</summary>
/// <param name="Horizon">Seconds of training in all, or steps.</param>
/// <param name="CountsSteps">Whether the horizon is in steps: exactly reproducible.</param>
internal sealed record Schedule(double Horizon, bool CountsSteps)
{
    private const float Peak = 1.5e-3f, Final = 2e-5f;
    private const int WarmUpSteps = 150;

    /// <summary>Share of the horizon before language joins.</summary>
    public double VisionShare { get; init; } = 0.2;

    public double Progress(long step, double seconds) => Math.Min(1, (CountsSteps ? step : seconds) / Horizon);

    public bool VisionOnly(double progress) => progress < VisionShare;

    /// <param name="progress">0..1.</param>
    /// <param name="steps">Optimizer steps so far: the moments need some before they mean anything.</param>
    public static float Rate(double progress, long steps) =>
        Math.Min(1, (steps + 1) / (float)WarmUpSteps) * (Final + ((Peak - Final) * 0.5f * (1 + (float)Math.Cos(Math.PI * progress))));
}
