using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Losses that bring pictures and their texts together, with the rest of the batch as negatives.</summary>
internal static class ContrastiveObjective
{
    private const double MaximumLogTemperature = 4.6052; // ln 100, as in CLIP.
    private const float Excluded = -1e9f;

    /// <summary>Radford et al. 2021, arXiv:2103.00020: symmetric, the batch's other pairs are the negatives.</summary>
    /// <param name="images">[batch, embedding], of length 1.</param>
    /// <param name="texts">The same.</param>
    /// <param name="same">[batch, batch] true where two different samples say the same and are no negatives of each other; null where none do.</param>
    public static Tensor InfoNce(ParameterStore parameters, Tensor images, Tensor texts, Tensor? same = null)
    {
        var similarity = images.matmul(texts.t()) * Scale(parameters);
        similarity = same is null ? similarity : similarity.masked_fill(same, Excluded);
        var own = arange(images.shape[0]);
        return (F.cross_entropy(similarity, own) + F.cross_entropy(similarity.t(), own)) / 2;
    }

    /// <summary>Zhai et al. 2023, arXiv:2303.15343: every pair by itself is right or wrong; the mean over the batch of the sum over its pairs.</summary>
    /// <inheritdoc cref="InfoNce"/>
    public static Tensor Sigmoid(ParameterStore parameters, Tensor images, Tensor texts, Tensor? same = null)
    {
        var logits = (images.matmul(texts.t()) * Scale(parameters)) + parameters["sigmoid_bias"].to(float32);
        var signs = (2 * eye(images.shape[0])) - 1;
        var losses = F.softplus(-signs * logits);
        losses = same is null ? losses : losses.masked_fill(same, 0);
        return losses.sum() / images.shape[0];
    }

    /// <summary>Cross-entropy of the kinds that a picture shows among all kinds, by embeddings: with one object, zero-shot classification itself.</summary>
    /// <param name="images">[batch, embedding], of length 1.</param>
    /// <param name="kinds">[kinds, embedding], of length 1.</param>
    /// <param name="shares">[batch, kinds] rows of sum 1, the same for each kind that is in the picture.</param>
    public static Tensor Named(ParameterStore parameters, Tensor images, Tensor kinds, Tensor shares) =>
        -(F.log_softmax(images.matmul(kinds.t()) * Scale(parameters), 1) * shares).sum(1).mean();

    /// <summary>Marks pairs of different samples with one sentence.</summary>
    public static Tensor? Same(IReadOnlyList<string> sentences)
    {
        var any = false;
        var same = new bool[sentences.Count * sentences.Count];
        for (var i = 0; i < same.Length; i++)
        {
            var (a, b) = (i / sentences.Count, i % sentences.Count);
            same[i] = a != b && string.Equals(sentences[a], sentences[b], StringComparison.OrdinalIgnoreCase);
            any |= same[i];
        }

        return any ? tensor(same, [sentences.Count, sentences.Count]) : null;
    }

    private static Tensor Scale(ParameterStore parameters) => parameters["temperature"].to(float32).clamp_max(MaximumLogTemperature).exp();
}
