using MultiModalMesh.Inference.Constraints;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// From logits to a token: log probabilities as the model gives them, then bias, repetition penalty and constraint, then the sampler. Logits
/// that nothing changes are read where the graph left them. Not safe for concurrent use: it has scratch memory of one vocabulary.
/// </summary>
/// <param name="vocabularySize">Logits of a position.</param>
/// <param name="endTokens">Those that end an answer, any of them.</param>
internal sealed class TokenChooser(int vocabularySize, IReadOnlyList<int> endTokens)
{
    private readonly Sampler _sampler = new(vocabularySize);
    private readonly LogProbabilities _logProbabilities = new(vocabularySize);
    private readonly float[] _logits = new float[vocabularySize];
    private readonly int[] _seen = new int[vocabularySize];
    private int _round;

    /// <param name="logits">As the graph gave them.</param>
    /// <param name="tokens">The sequence so far, for the repetition penalty; picture positions do not count.</param>
    /// <param name="position">Of the token within the answer, from 0.</param>
    /// <param name="constraint">Where the answer stands in what it must look like; null: it may look like anything.</param>
    public ChosenToken Choose(ReadOnlySpan<float> logits, SamplingOptions sampling, ReadOnlySpan<int> tokens, int position, ConstraintState? constraint = null)
    {
        if (sampling.LogitBias.Count == 0 && sampling.RepetitionPenalty == 1 && constraint is null)
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

        // After bias and penalty, which must not lift what it forbids, and before the sampler, which cuts and scales what is left.
        if (constraint is not null)
        {
            Constrain(constraint);
        }

        return Report(logits, _sampler.Choose(_logits, sampling, position), sampling);
    }

    private ChosenToken Report(ReadOnlySpan<float> logits, int id, SamplingOptions sampling) =>
        sampling.LogProbabilities is { } alternatives ? _logProbabilities.Of(logits, id, alternatives) : new ChosenToken(id, null, []);

    /// <summary>Of several end tokens the likeliest stands for all: which of them ends the answer makes no difference.</summary>
    private void Constrain(ConstraintState constraint)
    {
        var end = endTokens[0];
        foreach (var id in endTokens)
        {
            end = _logits[id] > _logits[end] ? id : end;
        }

        constraint.Apply(_logits, end);
        foreach (var id in endTokens)
        {
            _logits[id] = id == end ? _logits[id] : float.NegativeInfinity;
        }
    }

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
