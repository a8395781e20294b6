using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Sources;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The stages on a user's own data: contrastive, caption, vqa, dialogue.</summary>
/// <param name="run">Folder of the run.</param>
internal sealed class ExampleStage(
    string run, PictoModel model, BatchLogits network, BatchComposer composer, Mixture mixture, ExampleEvaluator evaluator, TrainingSettings settings) : ITrainingStage
{
    private readonly BatchPlan _plan = new(mixture, composer, settings);

    // Statistics of a stem that does not learn stay those it was trained with.
    private readonly bool _statistics = model.Parameters.Declared.Any(d => !d.IsBuffer && d.Rate > 0 && d.Name.StartsWith("vision.stem", StringComparison.Ordinal));
    private readonly bool _speaks = settings.Stage != Stage.Contrastive;
    private readonly double _contrast = settings.Stage == Stage.Contrastive ? 1 : settings.Contrastive.Weight;
    private (long Step, Task<StepBatches> Batches)? _ahead;
    private HardNegatives? _negatives;
    private long _searched = -1;

    public IReadOnlyList<string> LossNames { get; } = settings.Stage == Stage.Contrastive ? ["contrast"] : ["language", "contrast"];

    public async ValueTask<StepBatches> NextAsync(RunState state, CancellationToken cancellationToken)
    {
        var positions = state.Positions.Length == 0 ? new long[mixture.Sources.Count] : state.Positions;
        if (settings.Contrastive.HardNegatives > 0)
        {
            await FindNegativesAsync(state.Step, cancellationToken);
        }

        var step = _ahead is { } ahead && ahead.Step == state.Step ? await ahead.Batches : await _plan.ComposeAsync(positions, _negatives, cancellationToken);
        var next = state.Step + 1;

        // The next step's batches are composed while this one trains; not across a search, whose result they depend on.
        _ahead = _negatives is null || HardNegatives.SearchStep(settings.Contrastive, next) == _searched
            ? (next, Task.Run(() => _plan.ComposeAsync(step.Positions, _negatives, CancellationToken.None), CancellationToken.None))
            : null;
        return step;
    }

    public (Tensor Total, Tensor[] Parts) Loss(Batch batch, RunState state)
    {
        var tokens = network.See(batch, _statistics);
        var contrast = _contrast > 0 ? Contrast(batch, tokens) : zeros(1);
        if (!_speaks)
        {
            return (contrast, [contrast.detach()]);
        }

        var language = F.cross_entropy(network.Of(batch, model.Vision.Features(tokens), null), tensor(batch.Targets));
        return (_contrast > 0 ? language + (_contrast * contrast) : language, [language.detach(), contrast.detach()]);
    }

    public Tensor? TextOnlyLoss(Batch batch, RunState state) => null;

    public void Count(StepBatches step, RunState state)
    {
    }

    public Task<IReadOnlyDictionary<string, double>> EvaluateAsync(RunState state, CancellationToken cancellationToken) =>
        evaluator.EvaluateAsync(batch => Loss(batch, evaluating: true), Path.Combine(run, PredictionFile.Folder), state.Step, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_ahead is { } ahead)
        {
            await ahead.Batches.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private double Loss(Batch batch, bool evaluating)
    {
        var tokens = network.See(batch, statistics: !evaluating);
        return (_speaks ? F.cross_entropy(network.Of(batch, model.Vision.Features(tokens), null), tensor(batch.Targets)) : Contrast(batch, tokens)).item<float>();
    }

    private Tensor Contrast(Batch batch, Tensor tokens)
    {
        // A question about a picture need not come with a sentence that describes it.
        var described = Enumerable.Range(0, batch.Count).Where(i => batch.Sentences[i].Length > 0).ToArray();
        if (described.Length < 2)
        {
            return zeros(1);
        }

        var index = tensor(described.Select(i => (long)i).ToArray());
        var images = model.Vision.Embed(tokens).index_select(0, index);
        var texts = network.Captions(batch).index_select(0, index);
        var same = ContrastiveObjective.Same([.. described.Select(i => batch.Sentences[i])]);
        return settings.Contrastive.Loss == ContrastiveLoss.Sigmoid
            ? ContrastiveObjective.Sigmoid(model.Parameters, images, texts, same)
            : ContrastiveObjective.InfoNce(model.Parameters, images, texts, same);
    }

    private async Task FindNegativesAsync(long step, CancellationToken cancellationToken)
    {
        var wanted = HardNegatives.SearchStep(settings.Contrastive, step);
        if (wanted == _searched)
        {
            return;
        }

        var path = HardNegatives.PathOf(run, wanted);
        if (step == wanted)
        {
            _negatives = await HardNegatives.MineAsync(mixture, composer, network, model, settings.Contrastive, cancellationToken);
            _negatives.Save(path);
        }
        else
        {
            _negatives = HardNegatives.Load(path);
        }

        _searched = wanted;
    }
}
