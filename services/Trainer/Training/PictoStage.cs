using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Settings;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The recipe of the shipped model: pictures alone, then everything, on the synthetic world.</summary>
internal sealed class PictoStage(Objective objective, Evaluator evaluator, BatchComposer composer, ArtLibrary art, TrainingSettings settings) : ITrainingStage
{
    private const int TextOnlySize = 16;
    private const float TextOnlyWeight = 0.25f;

    private readonly Schedule _schedule = Schedule.Of(settings);
    private BatchStream? _batches;

    public IReadOnlyList<string> LossNames => Objective.Loss.Names;

    public async ValueTask<StepBatches> NextAsync(RunState state, CancellationToken cancellationToken)
    {
        _batches ??= new BatchStream(new SampleSource(art, Split.Train), composer, settings.Optimization.BatchSize, TextOnlySize, state);
        var (batch, textOnly) = await _batches.NextAsync(cancellationToken);
        return new StepBatches([batch], textOnly, state.Positions);
    }

    public (Tensor Total, Tensor[] Parts) Loss(Batch batch, RunState state)
    {
        var loss = VisionOnly(state) ? objective.Vision(batch) : objective.Joint(batch);
        return (loss.Total, loss.Parts());
    }

    public Tensor? TextOnlyLoss(Batch batch, RunState state) => VisionOnly(state) ? null : objective.TextOnly(batch) * TextOnlyWeight;

    public void Count(StepBatches step, RunState state)
    {
        state.NextSample += step.Samples;
        state.NextTextOnly += step.TextOnly?.Count ?? 0;
        if (VisionOnly(state))
        {
            state.VisionSamples += step.Samples;
        }
        else
        {
            state.JointSamples += step.Samples;
        }
    }

    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(RunState state, CancellationToken cancellationToken)
    {
        if (state.JointSamples == 0 || settings.Evaluation.Samples == 0)
        {
            return Task.FromResult<IReadOnlyDictionary<string, double>>(new Dictionary<string, double>());
        }

        var source = new SampleSource(art, Split.Validation);
        var samples = Enumerable.Range(0, settings.Evaluation.Samples).Select(i => source.Create(i)).ToArray();
        var (textToImage, imageToText) = evaluator.RecallAtOne(samples, cancellationToken);
        var answers = evaluator.Answers(samples, cancellationToken);
        Console.WriteLine($"validation by kind of question: {answers}");
        return Task.FromResult<IReadOnlyDictionary<string, double>>(new Dictionary<string, double>
        {
            ["answers_right"] = (double)answers.Total.Right / answers.Total.All,
            ["text_to_image_recall_at_1"] = textToImage,
            ["image_to_text_recall_at_1"] = imageToText,
        });
    }

    public ValueTask DisposeAsync() => _batches?.DisposeAsync() ?? ValueTask.CompletedTask;

    private bool VisionOnly(RunState state) => _schedule.VisionOnly(_schedule.Progress(state.Step, state.Seconds));
}
