namespace MultiModalMesh.Inference.Packs;

/// <summary>
/// From the probability that a decoder gives its answer to how often such answers are right (Platt 1999). It holds for what it was fitted on:
/// likeliest answers about pictures, ended by the model.
/// </summary>
/// <param name="Slope">Of the log odds.</param>
/// <param name="Intercept">Of the log odds.</param>
/// <param name="Threshold">Answers about pictures of the pack's world fall below this confidence one time in twenty.</param>
public sealed record AnswerCalibration(double Slope, double Intercept, double Threshold)
{
    /// <summary>Null for a pack that takes every picture for one of its world.</summary>
    public FamiliarDistances? Familiar { get; init; }

    // A float cannot tell surer answers apart.
    private const double Surest = -1e-6;

    /// <param name="logProbability">Natural logarithm of the probability of all tokens of the answer, its end included.</param>
    /// <returns>0..1.</returns>
    public double Confidence(double logProbability) => 1 / (1 + Math.Exp(-((Slope * LogOdds(logProbability)) + Intercept)));

    /// <summary>Logarithm of the odds of an answer of this log probability.</summary>
    public static double LogOdds(double logProbability)
    {
        var bounded = Math.Min(logProbability, Surest);
        return bounded - Math.Log(-(Math.Exp(bounded) - 1));
    }
}
