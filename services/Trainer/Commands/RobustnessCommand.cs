using System.CommandLine;
using System.Text;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Trainer.Robustness;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>robustness</c>: how far a pack of the synthetic world can be trusted.</summary>
internal static class RobustnessCommand
{
    // Several times as many as the features have dimensions, and none that anything is measured on.
    private const int FamiliarFrom = 100_000, FamiliarPictures = 4_000;

    public static Command Create()
    {
        var folder = new Option<string>("--pack") { Description = "Folder of a model pack that chats and embeds.", Required = true };
        var scenes = new Option<int>("--scenes") { Description = "Scenes, and scenes of one object, for each figure.", DefaultValueFactory = _ => 150 };
        var calibrate = new Option<bool>("--calibrate") { Description = "Fits confidences on validation scenes and writes them to pack.json." };
        var report = new Option<string?>("--report") { Description = "Writes the tables to this file, too." };
        var failures = new Option<string?>("--failures") { Description = "Writes wrongly named objects as one picture, .webp or .png." };
        var command = new Command("robustness", "Measures a pack under distortions, blindly, on pictures of other worlds, and how sure it is.") { folder, scenes, calibrate, report, failures };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(folder);
            var art = ArtLibrary.Load();
            var count = parsed.GetValue(scenes);
            var text = new StringBuilder();
            if (parsed.GetValue(calibrate))
            {
                await CalibrateAsync(path, art, count, cancellationToken);
            }

            // As it is served from now on.
            using var pack = new AskedPack(path);
            var calibration = pack.Pack.Calibration;
            var survey = new Survey(pack, art, Split.Test, count);
            var clean = await survey.MeasureAsync(StyleSet.Trained, Distortion.None, false, cancellationToken);
            await TellAsync(RobustnessTables.Confusions(clean, art));
            if (calibration is not null)
            {
                await TellAsync(RobustnessTables.Calibration(clean, calibration));
                await TellAsync(await OthersAsync(survey, art, calibration, count, cancellationToken));
            }

            if (parsed.GetValue(failures) is { } sheet)
            {
                var source = new SampleSource(art, Split.Test);
                FailureSheet.Write(sheet, [.. Enumerable.Range(0, count).Where(i => !clean.Naming[i].Right).Select(i => source.CreateSingleObject(i))]);
                await TellAsync("Wrongly named, row by row: " + string.Join("; ", clean.Naming.Where(n => !n.Right).Take(24).Select(n => $"{n.Turn.Answer.TrimEnd('.')} as {n.Said.TrimEnd('.')}")) + "\n");
            }

            var heldOut = await survey.MeasureAsync(StyleSet.HeldOut, Distortion.None, false, cancellationToken);
            await TellAsync(RobustnessTables.Blind(
                clean, await survey.BlindAsync(StyleSet.Trained, mean: true, cancellationToken), await survey.BlindAsync(StyleSet.Trained, mean: false, cancellationToken), heldOut));
            await TellAsync(RobustnessTables.Header);
            await TellAsync(RobustnessTables.Row(clean));
            foreach (var distortion in Distortion.All.Skip(1))
            {
                await TellAsync(RobustnessTables.Row(await survey.MeasureAsync(StyleSet.Trained, distortion, false, cancellationToken)));
            }

            await TellAsync(RobustnessTables.Row(await survey.MeasureAsync(StyleSet.Trained, Distortion.None, unseenBackgrounds: true, cancellationToken)));
            await TellAsync(RobustnessTables.Row(heldOut with { Name = "held-out style" }));

            // Piece by piece: what was measured before an interruption is not lost.
            async Task TellAsync(string piece)
            {
                Console.Write(piece);
                text.Append(piece);
                if (parsed.GetValue(report) is { } reported)
                {
                    await File.WriteAllTextAsync(reported, text.ToString(), cancellationToken);
                }
            }
        });
        return command;
    }

    private static async Task CalibrateAsync(string folder, ArtLibrary art, int count, CancellationToken cancellationToken)
    {
        AnswerCalibration calibration;
        using (var pack = new AskedPack(folder))
        {
            var survey = new Survey(pack, art, Split.Validation, count);
            var known = await survey.SeeKnownAsync(FamiliarFrom, FamiliarPictures, cancellationToken);
            var others = await survey.SeeKnownAsync(FamiliarFrom + FamiliarPictures, FamiliarPictures / 2, cancellationToken);
            var answers = await survey.AskKnownAsync(cancellationToken);
            calibration = PlattFit.Fit([.. answers.Select(a => (a.LogProbability, a.Right))]) with { Familiar = FamiliarityFit.Write(known, others, folder) };
            ManifestEdit.Write(folder, calibration);
        }

        // The bar is one of what is served, from which what is strange takes away.
        using var served = new AskedPack(folder);
        var confidences = (await new Survey(served, art, Split.Validation, count).AskKnownAsync(cancellationToken)).Select(a => a.Confidence);
        ManifestEdit.Write(folder, calibration with { Threshold = PlattFit.Threshold(confidences) });
    }

    private static async Task<string> OthersAsync(Survey survey, ArtLibrary art, AnswerCalibration calibration, int count, CancellationToken cancellationToken)
    {
        // Descriptions are less sure than other answers, so they have a bar of their own, from scenes that are not measured with.
        var bar = (await KnownAsync(Split.Validation)).Select(a => a.Confidence).Order().ElementAt(count / 20);
        var text = new StringBuilder("| pictures | descriptions called uncertain | below what 95 % of descriptions reach | mean confidence |\n| --- | ---: | ---: | ---: |\n");
        foreach (var (name, draw) in OtherWorlds.All)
        {
            Tell(name, await survey.DescribeAsync(Enumerable.Range(0, count).Select(draw), cancellationToken));
        }

        Tell("of its world", await KnownAsync(Split.Test));
        return text.AppendLine().ToString();

        Task<IReadOnlyList<Judged>> KnownAsync(Split split)
        {
            var known = new SampleSource(art, split);
            return survey.DescribeAsync(Enumerable.Range(0, count).Select(i => Distortion.None.Encode(known.Create(i).Pixels, i)), cancellationToken);
        }

        void Tell(string name, IReadOnlyList<Judged> answers)
        {
            var confidences = answers.Select(a => a.Confidence).ToArray();
            text.AppendLine(null, $"| {name} | {100 * confidences.Average(c => c < calibration.Threshold ? 1.0 : 0):0.0} | {100 * confidences.Average(c => c < bar ? 1.0 : 0):0.0} | {confidences.Average():0.00} |");
        }
    }
}
