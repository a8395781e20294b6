using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Evaluation;

/// <summary>
/// Exact match of greedy answers. Every question has one right answer, so greedy decoding is right exactly when the most likely token is right at every
/// position of the right answer, its end included: one forward pass scores a whole dialogue. The turns before a question hold the right answers.
/// </summary>
internal sealed class Evaluator(PictoModel model, BatchLogits network, BatchComposer composer)
{
    private const int BatchSize = 32;

    /// <param name="samples">Scenes with dialogues.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public Accuracy Answers(IEnumerable<Sample> samples, CancellationToken cancellation)
    {
        var accuracy = new Accuracy();
        foreach (var chunk in samples.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var inference = no_grad();
            var batch = composer.Compose(chunk);
            var features = model.Vision.Features(network.See(batch, statistics: false));
            Score(accuracy, batch, network.Of(batch, features, null));
        }

        return accuracy;
    }

    /// <summary>Dialogues without a picture.</summary>
    public Accuracy TextOnly(IEnumerable<IReadOnlyList<DialogueTurn>> dialogues)
    {
        var accuracy = new Accuracy();
        foreach (var chunk in dialogues.Chunk(BatchSize))
        {
            using var scope = NewDisposeScope();
            using var inference = no_grad();
            var batch = composer.Compose(chunk);
            Score(accuracy, batch, network.Of(batch, null, null));
        }

        return accuracy;
    }

    /// <summary>Share of texts whose own picture is the nearest, and the other way round.</summary>
    public (double TextToImage, double ImageToText) RecallAtOne(IEnumerable<Sample> samples, CancellationToken cancellation)
    {
        List<Tensor> images = [], texts = [];
        using var all = NewDisposeScope();
        foreach (var chunk in samples.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var inference = no_grad();
            var batch = composer.Compose(chunk);
            images.Add(model.Vision.Embed(network.See(batch, statistics: false)).MoveToOuterDisposeScope());
            texts.Add(network.Captions(batch).MoveToOuterDisposeScope());
        }

        var similarity = cat(texts).matmul(cat(images).t());
        var own = arange(similarity.shape[0]);
        return (similarity.argmax(1).eq(own).to(float32).mean().item<float>(), similarity.argmax(0).eq(own).to(float32).mean().item<float>());
    }

    private static void Score(Accuracy accuracy, Batch batch, Tensor logits)
    {
        var right = logits.argmax(-1).eq(tensor(batch.Targets)).cpu().data<bool>().ToArray();
        foreach (var turn in Enumerable.Range(0, right.Length).GroupBy(i => batch.TargetTurns[i]))
        {
            accuracy.Add(batch.Turns[turn.Key.Sample][turn.Key.Turn], turn.All(i => right[i]));
        }
    }
}
