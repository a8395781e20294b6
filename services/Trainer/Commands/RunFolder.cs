using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Export;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Sources;
using MultiModalMesh.Trainer.Tokenization;
using Split = MultiModalMesh.Data.Scenes.Split;

namespace MultiModalMesh.Trainer.Commands;

/// <summary>Makes the folder of a new run, or looks whether a run that is there is the same one.</summary>
internal static class RunFolder
{
    private const int CorpusSamples = 20_000;

    // They change how a run is watched or how long it goes on, not what a step does.
    private static readonly string[] Changeable =
        ["checkpoints.every_steps", "checkpoints.keep", "evaluation.every_steps", "evaluation.samples", "evaluation.answer_tokens", "optimization.steps", "picto.minutes", "threads", "device"];

    /// <exception cref="MeshException">InvalidRequest: a run that is there was started with other settings.</exception>
    public static async Task PrepareAsync(string folder, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var path = Workspace.SettingsPath(folder);
        if (File.Exists(path))
        {
            Compare(folder, SettingsFile.Flatten(SettingsFile.Read(path)), SettingsFile.Flatten(settings));
        }

        Directory.CreateDirectory(folder);
        var preprocessor = Path.Combine(folder, Workspace.PreprocessorName);
        if (settings.Init.Length > 0)
        {
            PackWeights.CheckArchitecture(settings.Init);
            CopyOnce(Path.Combine(settings.Init, Workspace.TokenizerName), Path.Combine(folder, Workspace.TokenizerName));
            CopyOnce(Path.Combine(settings.Init, Workspace.PreprocessorName), preprocessor);
        }
        else
        {
            PackWriter.WritePreprocessing(preprocessor);
            await WriteTokenizerAsync(Path.Combine(folder, Workspace.TokenizerName), folder, settings, cancellationToken);
        }

        await File.WriteAllTextAsync(path, SettingsFile.Print(settings), cancellationToken);
    }

    public static DatasetOptions OptionsOf(SourceSettings source, string? indexFolder) => new()
    {
        OnError = source.SkipBroken ? OnError.Skip : OnError.Stop,
        Pictures = source.Pictures.Length > 0 ? source.Pictures : null,
        Columns = source.Columns,
        ValidationShare = source.ValidationShare,
        TestShare = 0,
        IndexFolder = indexFolder,
    };

    private static void Compare(string folder, IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        var changed = now.Keys.Where(k => before.GetValueOrDefault(k) != now[k] && !Changeable.Contains(k)).ToArray();
        if (changed.Length > 0)
        {
            throw new MeshException(
                ErrorReason.InvalidRequest,
                $"{folder} is a run with other settings ({string.Join("; ", changed.Select(k => $"{k} {before.GetValueOrDefault(k)}, not {now[k]}"))}). Name another folder in --out, or delete this one.")
            {
                Field = changed[0],
            };
        }
    }

    /// <summary>Weights mean nothing under another tokenizer: one that is there stays.</summary>
    private static async Task WriteTokenizerAsync(string path, string folder, TrainingSettings settings, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            return;
        }

        List<string> corpus = [], nouns = [];
        if (settings.Stage == Stage.Picto || settings.Data.Sources.Any(s => s.Synthetic))
        {
            var art = Workspace.LoadArt(folder);
            corpus.AddRange(SceneText.Corpus(new SampleSource(art, Split.Train), CorpusSamples));
            nouns.AddRange(art.Kinds.SelectMany(k => new[] { k.Singular, k.Plural }).Concat(Colours.Names));
        }

        foreach (var source in settings.Data.Sources.Where(s => !s.Synthetic))
        {
            using var dataset = await Dataset.OpenAsync(source.Path, OptionsOf(source, null) with { NeedsPictures = false }, cancellationToken);
            for (var ordinal = 0L; ordinal < dataset.Count(Datasets.Examples.Split.Train); ordinal++)
            {
                corpus.AddRange(Texts(await dataset.ReadAsync(Datasets.Examples.Split.Train, ordinal, cancellationToken)));
            }
        }

        TokenizerWriter.Write(path, nouns, corpus, settings.Vocabulary);
    }

    private static IEnumerable<string> Texts(Example example) =>
        StageWording.Captions(example).Concat(example.Questions.SelectMany(q => q.Answers.Select(a => a.Text).Prepend(q.Text))).Concat(example.Turns.SelectMany(t => new[] { t.Question, t.Answer }));

    private static void CopyOnce(string from, string to)
    {
        if (!File.Exists(to))
        {
            File.Copy(from, to);
        }
    }
}
