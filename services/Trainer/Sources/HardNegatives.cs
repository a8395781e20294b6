using System.Globalization;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>
/// For each sample of a data set those whose pictures are nearest to its sentence and that say something else. They are kept in a file beside the
/// checkpoints: a resumed run must meet the same ones, though its weights have moved on since they were found.
/// </summary>
internal sealed class HardNegatives
{
    private const int Together = 64;

    private readonly int _each;
    private readonly Dictionary<(int Source, long Ordinal), long[]> _found = [];

    private HardNegatives(int each) => _each = each;

    public long[] Of(int source, long ordinal) => _found.GetValueOrDefault((source, ordinal)) ?? [];

    /// <summary>The step of the last search at or before a step.</summary>
    public static long SearchStep(ContrastiveSettings settings, long step) => step / settings.MineEverySteps * settings.MineEverySteps;

    public static string PathOf(string run, long step) => Path.Combine(run, "negatives", string.Create(CultureInfo.InvariantCulture, $"step-{step:D9}.bin"));

    /// <summary>Searches with the weights that are in the model now.</summary>
    public static async Task<HardNegatives> MineAsync(Mixture mixture, BatchComposer composer, BatchLogits network, PictoModel model, ContrastiveSettings settings, CancellationToken cancellationToken)
    {
        var all = new HardNegatives(settings.HardNegatives);
        for (var source = 0; source < mixture.Sources.Count; source++)
        {
            // A source without end has no sample that would come again.
            var count = (int)Math.Min(mixture.Sources[source].Count, settings.MineAmong);
            if (count < 2)
            {
                continue;
            }

            using var scope = NewDisposeScope();
            using var inference = no_grad();
            var (ordinals, sentences) = (new List<long>(), new List<string>());
            List<Tensor> images = [], texts = [];
            for (var from = 0L; from < count; from += Together)
            {
                var samples = new List<DrawnSample>();
                for (var ordinal = from; ordinal < Math.Min(count, from + Together); ordinal++)
                {
                    if (await mixture.Sources[source].FindAsync(ordinal, cancellationToken) is { } sample)
                    {
                        samples.Add(sample);
                    }
                }

                if (samples.Count > 0)
                {
                    using var part = NewDisposeScope();
                    var batch = composer.Compose([.. samples.Select(s => s.Sample)]);
                    images.Add(model.Vision.Embed(network.See(batch, statistics: false)).MoveToOuterDisposeScope());
                    texts.Add(network.Captions(batch).MoveToOuterDisposeScope());
                    ordinals.AddRange(samples.Select(s => s.Ordinal));
                    sentences.AddRange(samples.Select(s => s.Sample.RetrievalSentence));
                }
            }

            all.Rank(source, ordinals, sentences, cat(images), texts);
        }

        return all;
    }

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = new BinaryWriter(File.Create(path + ".new")))
        {
            file.Write(_each);
            file.Write(_found.Count);
            foreach (var ((source, ordinal), others) in _found)
            {
                file.Write(source);
                file.Write(ordinal);
                file.Write(others.Length);
                Array.ForEach(others, file.Write);
            }
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public static HardNegatives Load(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var all = new HardNegatives(file.ReadInt32());
        for (var left = file.ReadInt32(); left > 0; left--)
        {
            var key = (file.ReadInt32(), file.ReadInt64());
            all._found[key] = [.. Enumerable.Range(0, file.ReadInt32()).Select(_ => file.ReadInt64())];
        }

        return all;
    }

    private void Rank(int source, List<long> ordinals, List<string> sentences, Tensor images, List<Tensor> texts)
    {
        var row = 0;
        foreach (var chunk in texts)
        {
            using var scope = NewDisposeScope();
            var similarity = chunk.matmul(images.t()).cpu();
            var width = ordinals.Count;
            var values = similarity.data<float>().ToArray();
            for (var i = 0; i < chunk.shape[0]; i++, row++)
            {
                var own = row;
                var offset = i * width;
                _found[(source, ordinals[own])] =
                [
                    .. Enumerable.Range(0, width)
                        .Where(other => other != own && !string.Equals(sentences[other], sentences[own], StringComparison.OrdinalIgnoreCase))
                        .OrderByDescending(other => values[offset + other]).Take(_each).Select(other => ordinals[other]),
                ];
            }
        }
    }
}
