using System.Numerics.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// From logits to a token: log probabilities as the model gives them, then bias, repetition penalty, then the sampler. Logits that nothing
/// changes are read where the graph left them. Not safe for concurrent use: it has scratch memory of one vocabulary.
/// </summary>
internal sealed class TokenChooser(int vocabularySize)
{
    private readonly Sampler _sampler = new(vocabularySize);
    private readonly LogProbabilities _logProbabilities = new(vocabularySize);
    private readonly float[] _logits = new float[vocabularySize];
    private readonly int[] _seen = new int[vocabularySize];
    private int _round;

    /// <param name="logits">As the graph gave them.</param>
    /// <param name="tokens">The sequence so far, for the repetition penalty; picture positions do not count.</param>
    /// <param name="position">Of the token within the answer, from 0.</param>
    public ChosenToken Choose(ReadOnlySpan<float> logits, SamplingOptions sampling, ReadOnlySpan<int> tokens, int position)
    {
        if (sampling.LogitBias.Count == 0 && sampling.RepetitionPenalty == 1)
        {
            return Report(logits, _sampler.Choose(logits, sampling, position), sampling);
        }

        logits.CopyTo(_logits);
        foreach (var (id, bias) in sampling.LogitBias)
        {
            _logits[id] += bias;
        }

        if (sampling.RepetitionPenalty != 1)
        {
            Penalise(tokens, sampling.RepetitionPenalty);
        }

        // A constraint on what may follow belongs here, on the copy in _logits: after bias and penalty, which must not lift what it forbids,
        // and before the sampler, which cuts and scales what is left.
        return Report(logits, _sampler.Choose(_logits, sampling, position), sampling);
    }

    private ChosenToken Report(ReadOnlySpan<float> logits, int id, SamplingOptions sampling) =>
        sampling.LogProbabilities is { } alternatives ? _logProbabilities.Of(logits, id, alternatives) : new ChosenToken(id, null, []);

    private void Penalise(ReadOnlySpan<int> tokens, float penalty)
    {
        _round++;
        foreach (var id in tokens)
        {
            if (id >= 0 && _seen[id] != _round)
            {
                _seen[id] = _round;
                _logits[id] = _logits[id] > 0 ? _logits[id] / penalty : _logits[id] * penalty;
            }
        }
    }
}

/// <param name="LogProbability">Null unless asked for.</param>
internal readonly record struct ChosenToken(int Id, float? LogProbability, TokenLogProbability[] Alternatives);

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
