using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Datasets;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Sources;
using MultiModalMesh.Trainer.Training;
using DataSplit = MultiModalMesh.Datasets.Examples.Split;

namespace MultiModalMesh.Trainer.Commands;

/// <summary>The open data of a run, and the stage that learns from it.</summary>
internal sealed class StageData : IAsyncDisposable
{
    private readonly Workspace _workspace;
    private readonly List<Dataset> _datasets = [];
    private readonly List<(ISampleSource Source, double Weight)> _sources = [];
    private readonly List<ExampleSource> _validation = [];
    private readonly PictureView _view;

    private StageData(Workspace workspace)
    {
        _workspace = workspace;
        _view = new PictureView(PicturePreprocessor.Load(Path.Combine(workspace.Folder, Workspace.PreprocessorName)), workspace.Shape);
    }

    public static async Task<StageData> OpenAsync(Workspace workspace, RunState state, CancellationToken cancellationToken)
    {
        var data = new StageData(workspace);
        try
        {
            await data.OpenSourcesAsync(state, cancellationToken);
            return data;
        }
        catch
        {
            await data.DisposeAsync();
            throw;
        }
    }

    public ITrainingStage CreateStage()
    {
        var (w, settings) = (_workspace, _workspace.Settings);
        if (settings.Stage == Stage.Picto)
        {
            return new PictoStage(w.Objective, w.Evaluator, w.Composer, w.Art, settings);
        }

        var evaluator = new ExampleEvaluator(_validation, w.Composer, w.Network, w.Model, new GreedyAnswers(w.Model, w.Network, w.Tokenizer), settings);
        return new ExampleStage(w.Folder, w.Model, w.Network, w.Composer, new Mixture(_sources), evaluator, settings);
    }

    public ValueTask DisposeAsync()
    {
        _datasets.ForEach(d => d.Dispose());
        _view.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task OpenSourcesAsync(RunState state, CancellationToken cancellationToken)
    {
        var (settings, shape) = (_workspace.Settings, _workspace.Shape);
        var wording = new StageWording(settings.Stage!.Value, settings.Data.Prompt, _workspace.Encoder, shape.Context - shape.Patches);
        var augmentation = new Augmentation(settings.Data, shape.ImageSize);
        foreach (var (source, number) in settings.Data.Sources.Select((s, i) => (s, i)))
        {
            if (source.Synthetic)
            {
                _sources.Add((new SyntheticSource(new SampleSource(_workspace.Art, Split.Train), state.FirstSample), source.Weight));
                continue;
            }

            var dataset = await Dataset.OpenAsync(source.Path, RunFolder.OptionsOf(source, Path.Combine(_workspace.Folder, "index")), cancellationToken);
            _datasets.Add(dataset);
            var seed = unchecked((settings.Seed * 1_000L) + number);
            var train = new ExampleSource(dataset, DataSplit.Train, seed, source.SkipBroken, wording, _view, augmentation);
            if (train.Count == 0)
            {
                throw new Errors.MeshException(Errors.ErrorReason.InvalidRequest, $"data.sources[{number}]: {source.Path} has no examples to train on.") { Field = $"data.sources[{number}]" };
            }

            _sources.Add((train, source.Weight));
            var validation = new ExampleSource(dataset, DataSplit.Validation, seed, source.SkipBroken, wording, _view, augmentation: null);
            if (validation.Count > 0)
            {
                _validation.Add(validation);
            }

            Console.WriteLine($"{source.Path} ({dataset.Format}): {train.Count} examples to train on, {validation.Count} to validate on; {dataset.ProblemCount} records left out.");
        }
    }
}
