using System.Numerics.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>Logarithms of the softmax of logits.</summary>
internal sealed class LogProbabilities(int vocabularySize)
{
    private readonly float[] _scratch = new float[vocabularySize];

    public ChosenToken Of(ReadOnlySpan<float> logits, int id, int alternatives)
    {
        var max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, _scratch);
        TensorPrimitives.Exp<float>(_scratch, _scratch);
        var logSum = max + MathF.Log(TensorPrimitives.Sum<float>(_scratch));

        // Insertion into a short sorted list: most logits fail the one comparison with its last entry.
        var best = new TokenLogProbability[Math.Min(alternatives, logits.Length)];
        var count = 0;
        for (var i = 0; i < logits.Length && best.Length > 0; i++)
        {
            if (count == best.Length && logits[i] <= best[^1].LogProbability)
            {
                continue;
            }

            var at = count < best.Length ? count++ : count - 1;
            for (; at > 0 && best[at - 1].LogProbability < logits[i]; at--)
            {
                best[at] = best[at - 1];
            }

            best[at] = new TokenLogProbability(i, logits[i]);
        }

        for (var i = 0; i < best.Length; i++)
        {
            best[i] = best[i] with { LogProbability = best[i].LogProbability - logSum };
        }

        return new ChosenToken(id, logits[id] - logSum, best);
    }
}
