using System.Globalization;
using System.Text.Json.Nodes;
using MultiModalMesh.Benchmarks.Measuring;
using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Benchmarks.Reporting;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Benchmarks.Shipped;

/// <summary>Whether the shipped pack would gain from 8 bit arithmetic, and what its answers would lose.</summary>
internal sealed class EightBits : IMeasurement
{
    /// <summary>Of the reserved scenes, away from those that the model card counts.</summary>
    private const int FirstScene = 700_000;

    public string Name => "int8";

    public string About => "the shipped pack with every matrix in int8 against the pack as it is: time of a picture, of a text, of a description; answers that are right";

    public async Task MeasureAsync(Bench bench)
    {
        var folder = Directory.CreateTempSubdirectory("bench-int8-");
        try
        {
            var copy = Path.Combine(folder.FullName, "picto");
            WriteInt8(ShippedPack.Folder(), copy);
            var options = new InferenceOptions { VerifyChecksums = false };
            using var theirs = PackCatalog.Load([ShippedPack.Folder()], PackParts.All, options);
            using var ours = PackCatalog.Load([copy], PackParts.All, options);
            var (plain, eight) = (new Examinee(theirs.Get(null)), new Examinee(ours.Get(null)));
            var source = new SampleSource(ArtLibrary.Load(), Split.Test);
            var next = FirstScene;
            await Measure("a picture, time", "ms", examinee => examinee.PictureAsync(source.Create(next++)));
            await Measure("a text, time", "ms", examinee => examinee.TextAsync(string.Create(CultureInfo.InvariantCulture, $"a dog and {next++} red balls on a table")));
            await Measure("a description, time", "ms", examinee => examinee.DescriptionAsync(source.Create(next++)));
            await CompareAnswersAsync(bench, plain, eight, source);

            async Task Measure(string what, string unit, Func<Examinee, Task<double>> measure)
            {
                await Pairs.MeasureAsync(5, () => measure(plain), () => measure(eight));
                var pairs = await Pairs.MeasureMediansAsync(bench.Size(7, 2), bench.Size(25, 5), () => measure(plain), () => measure(eight));
                bench.Add(Row.Ratio($"{what} in int8 / as shipped", unit, pairs, "as shipped", "int8", null));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareAnswersAsync(Bench bench, Examinee plain, Examinee eight, SampleSource source)
    {
        var (rightPlain, rightEight, all) = (0, 0, 0);
        for (var i = 0; i < bench.Size(300, 10); i++)
        {
            var sample = source.Create(FirstScene + i);
            rightPlain += await plain.RightAnswersAsync(sample);
            rightEight += await eight.RightAnswersAsync(sample);
            all += sample.Turns.Count;
        }

        double Share(int right) => 100.0 * right / all;
        bench.Add(new Row(
            $"points lost of {all} questions", new Reading("as shipped", "% right", Spread.Of(Share(rightPlain))), new Reading("int8", "% right", Spread.Of(Share(rightEight))),
            "points", Spread.Of(Share(rightPlain) - Share(rightEight)), Bar.AtMost(0.5)));
    }

    private static void WriteInt8(string source, string target)
    {
        Directory.CreateDirectory(Path.Combine(target, "onnx"));
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(source, PackFiles.Manifest)))!;
        foreach (var file in manifest["files"]!.AsArray())
        {
            var path = file!["path"]!.GetValue<string>();
            if (path.EndsWith(".onnx", StringComparison.Ordinal))
            {
                BlockQuantization.Rewrite(Path.Combine(source, path), Path.Combine(target, path));
            }
            else
            {
                File.Copy(Path.Combine(source, path), Path.Combine(target, path));
            }

            file["bytes"] = new FileInfo(Path.Combine(target, path)).Length;
        }

        File.WriteAllText(Path.Combine(target, PackFiles.Manifest), manifest.ToJsonString());
    }
}
