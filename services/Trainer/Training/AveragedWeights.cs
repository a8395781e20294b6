using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Exponential moving average of the weights: what is evaluated and exported where a run keeps one.</summary>
internal sealed class AveragedWeights(ParameterStore parameters, double decay)
{
    /// <summary>[count], as <see cref="ParameterStore.Values"/>.</summary>
    public Tensor Values { get; } = parameters.Values.detach().clone().DetachFromDisposeScope();

    /// <summary>Starts anew from the weights that are in the model now.</summary>
    public void Reset()
    {
        using var inference = no_grad();
        using var trained = parameters.Values.detach();
        Values.copy_(trained);
    }

    /// <param name="steps">Optimizer steps so far: the start is forgotten faster than the decay says (as in TensorFlow's ExponentialMovingAverage).</param>
    public void Update(long steps)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var keep = Math.Min(decay, (1.0 + steps) / (10 + steps));
        Values.mul_(keep).add_(parameters.Values.detach(), alpha: 1 - keep);
    }

    /// <summary>Puts the average into the model until the result is disposed of.</summary>
    public IDisposable Use() => new Exchange(this);

    private void Swap()
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var trained = parameters.Values.detach();
        var copy = trained.clone();
        trained.copy_(Values);
        Values.copy_(copy);
    }

    private sealed class Exchange : IDisposable
    {
        private readonly AveragedWeights _average;

        public Exchange(AveragedWeights average)
        {
            _average = average;
            average.Swap();
        }

        public void Dispose() => _average.Swap();
    }
}
