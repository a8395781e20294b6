using System.Text;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Trainer.Evaluation;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>The measurements as Markdown, in percent.</summary>
internal static class RobustnessTables
{
    /// <summary>Background colours are left out: some distortions change what is right.</summary>
    public const string Header = "| pictures | all questions but the background's colour | naming | zero-shot | count of a kind | R@1 text to picture |\n| --- | ---: | ---: | ---: | ---: | ---: |\n";

    public static string Row(Figures figures) => string.Create(
        null,
        $"| {figures.Name} | {Share(figures.Answers.Where(a => a.Turn.Kind != QuestionKind.Background))} | {100 * figures.Named:0.0} | {100 * figures.Classified:0.0} | {Share(figures.Answers.Where(a => a.Turn.Kind == QuestionKind.CountKind))} | {100 * figures.Found:0.0} |\n");

    public static string Blind(Figures clean, Figures mean, Figures another, Figures heldOut)
    {
        Figures[] all = [clean, mean, another, heldOut];
        var text = new StringBuilder("| | trained styles | blind: mean picture | blind: another picture | held-out style |\n| --- | ---: | ---: | ---: | ---: |\n");
        Line("naming, one object", f => Share(f.Naming));
        foreach (var kind in Enum.GetValues<QuestionKind>())
        {
            Line(kind.ToString(), f => Accuracy.Percent(f.Accuracy.Of(kind)));
        }

        Line("follow-up questions", f => Accuracy.Percent(f.Accuracy.FollowUps));
        Line("all questions", f => Accuracy.Percent(f.Accuracy.Total));
        text.AppendLine(null, $"| zero-shot, one object | {100 * clean.Classified:0.0} | - | - | {100 * heldOut.Classified:0.0} |");
        return text.AppendLine().ToString();

        void Line(string name, Func<Figures, string> of) => text.AppendLine(null, $"| {name} | {string.Join(" | ", all.Select(of))} |");
    }

    public static string Calibration(Figures figures, AnswerCalibration calibration)
    {
        (double Confidence, bool Right)[] answers = [.. figures.Answers.Select(a => (a.Confidence, a.Right))];
        var kept = answers.Where(a => a.Confidence >= calibration.Threshold).ToArray();
        var text = new StringBuilder();
        text.AppendLine(null, $"slope {calibration.Slope}, intercept {calibration.Intercept}, threshold {calibration.Threshold}, familiar {calibration.Familiar?.Near} to {calibration.Familiar?.Far}; {answers.Length} test answers:");
        text.AppendLine(null, $"ECE {100 * PlattFit.ExpectedError(answers):0.0} %, uncalibrated {100 * PlattFit.ExpectedError([.. figures.Answers.Select(a => (Math.Exp(a.LogProbability), a.Right))]):0.0} %; AUROC {PlattFit.Auroc(answers):0.000}; kept {100.0 * kept.Length / answers.Length:0.0} %, of which right {100 * kept.Average(k => k.Right ? 1.0 : 0):0.0} %").AppendLine();
        text.AppendLine("| mean confidence | right | answers |").AppendLine("| ---: | ---: | ---: |");
        foreach (var (count, confidence, right) in PlattFit.Reliability(answers))
        {
            text.AppendLine(null, $"| {100 * confidence:0.0} | {100 * right:0.0} | {count} |");
        }

        return text.AppendLine().ToString();
    }

    /// <summary>Which kinds are taken for which, most often first.</summary>
    public static string Confusions(Figures figures, ArtLibrary art) => "Zero-shot confusions: " + string.Join("; ", figures.ZeroShot
        .Where(z => z.Kind != z.Said).GroupBy(z => z).OrderByDescending(g => g.Count()).Take(12)
        .Select(g => $"{art.Kinds[g.Key.Kind].Singular} as {art.Kinds[g.Key.Said].Singular} ({g.Count()})")) + "\n\n";

    private static string Share(IEnumerable<Judged> answers)
    {
        var all = answers.ToArray();
        return Accuracy.Percent((all.Count(a => a.Right), all.Length));
    }
}
