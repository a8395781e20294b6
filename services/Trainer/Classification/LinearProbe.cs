using System.Numerics.Tensors;

namespace MultiModalMesh.Trainer.Classification;

/// <summary>Multinomial logistic regression on embeddings that stay as they are: what they tell of the classes when somebody listens.</summary>
internal sealed class LinearProbe
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Rate = 0.05f, Epsilon = 1e-8f;

    private readonly float[] _mean, _scale;

    // [classes, features + 1], the last is the bias.
    private readonly float[][] _weights;

    private LinearProbe(float[] mean, float[] scale, float[][] weights) => (_mean, _scale, _weights) = (mean, scale, weights);

    /// <param name="embeddings">At least one.</param>
    /// <param name="classes">Class of each.</param>
    /// <param name="classCount">How many there are.</param>
    /// <param name="penalty">On the squared weights.</param>
    /// <param name="iterations">Of Adam over all samples.</param>
    public static LinearProbe Fit(IReadOnlyList<float[]> embeddings, IReadOnlyList<int> classes, int classCount, float penalty = 1e-2f, int iterations = 400)
    {
        var (mean, scale) = Standard(embeddings);
        var inputs = embeddings.Select(e => Prepare(e, mean, scale)).ToArray();
        var width = inputs[0].Length;
        float[][] weights = Rows(classCount, width), first = Rows(classCount, width), second = Rows(classCount, width), gradients = Rows(classCount, width);
        for (var iteration = 1; iteration <= iterations; iteration++)
        {
            for (var c = 0; c < classCount; c++)
            {
                // The bias is not held small.
                TensorPrimitives.Multiply(weights[c].AsSpan(..^1), penalty, gradients[c].AsSpan(..^1));
                gradients[c][^1] = 0;
            }

            for (var i = 0; i < inputs.Length; i++)
            {
                var probabilities = Probabilities(weights, inputs[i]);
                probabilities[classes[i]] -= 1;
                for (var c = 0; c < classCount; c++)
                {
                    TensorPrimitives.MultiplyAdd(inputs[i], probabilities[c] / inputs.Length, gradients[c], gradients[c]);
                }
            }

            var step = Rate * MathF.Sqrt(1 - MathF.Pow(Beta2, iteration)) / (1 - MathF.Pow(Beta1, iteration));
            for (var c = 0; c < classCount; c++)
            {
                for (var j = 0; j < width; j++)
                {
                    first[c][j] = (Beta1 * first[c][j]) + ((1 - Beta1) * gradients[c][j]);
                    second[c][j] = (Beta2 * second[c][j]) + ((1 - Beta2) * gradients[c][j] * gradients[c][j]);
                    weights[c][j] -= step * first[c][j] / (MathF.Sqrt(second[c][j]) + Epsilon);
                }
            }
        }

        return new LinearProbe(mean, scale, weights);
    }

    public int Classify(float[] embedding) => TensorPrimitives.IndexOfMax(Probabilities(_weights, Prepare(embedding, _mean, _scale)));

    private static float[] Probabilities(float[][] weights, float[] input)
    {
        var scores = weights.Select(w => TensorPrimitives.Dot(w, input)).ToArray();
        TensorPrimitives.SoftMax(scores, scores);
        return scores;
    }

    private static (float[] Mean, float[] Scale) Standard(IReadOnlyList<float[]> embeddings)
    {
        var mean = new float[embeddings[0].Length];
        var scale = new float[mean.Length];
        for (var j = 0; j < mean.Length; j++)
        {
            mean[j] = embeddings.Average(e => e[j]);
            scale[j] = 1 / MathF.Sqrt(embeddings.Average(e => (e[j] - mean[j]) * (e[j] - mean[j])) + 1e-6f);
        }

        return (mean, scale);
    }

    private static float[] Prepare(float[] embedding, float[] mean, float[] scale) => [.. embedding.Select((x, j) => (x - mean[j]) * scale[j]), 1];

    private static float[][] Rows(int rows, int width) => [.. Enumerable.Range(0, rows).Select(_ => new float[width])];
}
