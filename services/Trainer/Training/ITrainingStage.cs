using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The batches of one step.</summary>
/// <param name="Batches">Their gradients are averaged.</param>
/// <param name="TextOnly">A batch without pictures that joins in, or null.</param>
/// <param name="Positions">Of the sources after this step.</param>
internal sealed record StepBatches(IReadOnlyList<Batch> Batches, Batch? TextOnly, long[] Positions)
{
    public int Samples => Batches.Sum(b => b.Count);
}

/// <summary>What differs between stages: where batches come from, which losses they give, what is measured.</summary>
internal interface ITrainingStage : IAsyncDisposable
{
    /// <summary>Names of the losses, for the columns of metrics.csv.</summary>
    IReadOnlyList<string> LossNames { get; }

    /// <summary>The batches of the step after this state. Does not change the state.</summary>
    ValueTask<StepBatches> NextAsync(RunState state, CancellationToken cancellationToken);

    /// <summary>The loss of one batch.</summary>
    /// <returns>What to go backward from, and each loss, detached.</returns>
    (Tensor Total, Tensor[] Parts) Loss(Batch batch, RunState state);

    /// <summary>The weighted loss of a batch without pictures; null where it does not count now.</summary>
    Tensor? TextOnlyLoss(Batch batch, RunState state);

    /// <summary>Counts a step's samples into the state.</summary>
    void Count(StepBatches step, RunState state);

    /// <summary>Measures on validation data, with the weights that are in the model now.</summary>
    /// <returns>Figures by name; empty where there is nothing to measure.</returns>
    Task<IReadOnlyDictionary<string, double>> EvaluateAsync(RunState state, CancellationToken cancellationToken);
}
