using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>Fits and measures how sure answers are (Platt 1999; Guo et al. 2017, arXiv:1706.04599).</summary>
internal static class PlattFit
{
    private const int Bins = 15, Steps = 50;
    private const double InWorld = 0.05;

    /// <summary>Logistic regression on the log odds of the answers by Newton's method.</summary>
    public static AnswerCalibration Fit(IReadOnlyList<(double LogProbability, bool Right)> answers)
    {
        var (slope, intercept) = (1.0, 0.0);
        for (var step = 0; step < Steps; step++)
        {
            // Nearly separable answers must not drive the slope to infinity.
            double g0 = 0, g1 = -1e-3 * slope, h00 = 1e-9, h01 = 0, h11 = 1e-3;
            foreach (var (logProbability, right) in answers)
            {
                var x = AnswerCalibration.LogOdds(logProbability);
                var p = 1 / (1 + Math.Exp(-((slope * x) + intercept)));
                var (error, weight) = ((right ? 1 : 0) - p, p * (1 - p));
                (g0, g1, h00, h01, h11) = (g0 + error, g1 + (error * x), h00 + weight, h01 + (weight * x), h11 + (weight * x * x));
            }

            var determinant = (h00 * h11) - (h01 * h01);
            var (byIntercept, bySlope) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            intercept += Math.Clamp(byIntercept, -1, 1);
            slope += Math.Clamp(bySlope, -0.5, 0.5);
        }

        var fitted = new AnswerCalibration(Math.Round(slope, 4), Math.Round(intercept, 4), 0);
        return fitted with { Threshold = Threshold(answers.Select(a => fitted.Confidence(a.LogProbability))) };
    }

    /// <summary>What all but one in twenty of these reach.</summary>
    public static double Threshold(IEnumerable<double> confidences)
    {
        var sorted = confidences.Order().ToArray();
        return Math.Round(sorted[(int)(sorted.Length * InWorld)], 4);
    }

    /// <summary>Bins of equal width: answers, mean confidence, share right.</summary>
    public static IReadOnlyList<(int Answers, double Confidence, double Right)> Reliability(IReadOnlyList<(double Confidence, bool Right)> answers) =>
        [.. answers.GroupBy(a => Math.Min(Bins - 1, (int)(a.Confidence * Bins))).OrderBy(g => g.Key).Select(g => (g.Count(), g.Average(a => a.Confidence), g.Average(a => a.Right ? 1.0 : 0)))];

    /// <summary>Expected calibration error: the mean distance of confidence and share right, weighted by answers.</summary>
    public static double ExpectedError(IReadOnlyList<(double Confidence, bool Right)> answers) =>
        Reliability(answers).Sum(b => b.Answers * Math.Abs(b.Confidence - b.Right)) / answers.Count;

    /// <summary>How often a right answer is surer than a wrong one.</summary>
    public static double Auroc(IReadOnlyList<(double Confidence, bool Right)> answers)
    {
        var (right, wrong) = (answers.Where(a => a.Right).Select(a => a.Confidence).ToArray(), answers.Where(a => !a.Right).Select(a => a.Confidence).ToArray());
        return right.Sum(r => wrong.Sum(w => r > w ? 1 : r == w ? 0.5 : 0)) / Math.Max(1.0, (double)right.Length * wrong.Length);
    }
}
