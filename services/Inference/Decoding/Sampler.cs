using System.Numerics.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Chooses a token from logits by temperature, then top-k, then top-p and min-p. The random numbers belong to (seed, position, token), not to a
/// running generator, so that an answer continued elsewhere from any position goes on with the same choices. Not safe for concurrent use.
/// </summary>
internal sealed class Sampler(int vocabularySize)
{
    private readonly float[] _weights = new float[vocabularySize];
    private readonly int[] _ids = new int[vocabularySize];
    private readonly float[] _keys = new float[vocabularySize];

    /// <param name="logits">One per token of the vocabulary.</param>
    /// <param name="position">Of the token within the answer, from 0.</param>
    public int Choose(ReadOnlySpan<float> logits, SamplingOptions sampling, int position)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        if (sampling.Temperature == 0 || sampling.TopK == 1)
        {
            return best;
        }

        // Weights relative to the most likely token, whose weight is 1.
        var weights = _weights.AsSpan(0, logits.Length);
        TensorPrimitives.Subtract(logits, logits[best], weights);
        TensorPrimitives.Divide(weights, sampling.Temperature, weights);
        TensorPrimitives.Exp(weights, weights);

        var candidates = _ids.AsSpan(0, Candidates(weights, sampling));
        return Race(weights, candidates, best, Stream(sampling.Seed, position));
    }

    /// <summary>
    /// Every candidate draws its own arrival time, exponential with its weight as the rate; the first wins, each with its share of the weights
    /// (the Gumbel-max trick). One random number for all of them, laid on their cumulated weights, is simpler, but there a rounding error
    /// anywhere moves every boundary behind it: the same answer in a batch of another size would change about as often as the vocabulary is
    /// large. Here it changes only where the two first are as near to each other as the error is large.
    /// </summary>
    private static int Race(ReadOnlySpan<float> weights, ReadOnlySpan<int> candidates, int best, ulong stream)
    {
        var (winner, first) = (best, double.PositiveInfinity);
        foreach (var id in candidates)
        {
            var uniform = Uniform(stream, id);

            // -log(1 - u) is at least u: most candidates are out of the race without a logarithm.
            if (uniform < first * weights[id] && -Math.Log(1 - uniform) / weights[id] is var arrival && arrival < first)
            {
                (winner, first) = (id, arrival);
            }
        }

        return winner;
    }

    /// <summary>Puts the ids that top-k, top-p and min-p leave first in <see cref="_ids"/>; returns how many.</summary>
    private int Candidates(ReadOnlySpan<float> weights, SamplingOptions sampling)
    {
        var floor = sampling.MinP;
        if (sampling.TopK == 0 && sampling.TopP >= 1)
        {
            return Above(weights, floor, out _);
        }

        var topK = sampling.TopK == 0 ? weights.Length : Math.Min(sampling.TopK, weights.Length);
        double total = TensorPrimitives.Sum(weights);

        // Sorting a whole vocabulary takes milliseconds, and the likely few are mostly enough: look below them only where they are not.
        var count = 0;
        foreach (var threshold in (ReadOnlySpan<float>)[1e-2f, 1e-4f, 0])
        {
            count = Above(weights, threshold, out var mass);
            if (count >= topK || (sampling.TopK == 0 && mass >= sampling.TopP * total))
            {
                break;
            }
        }

        Sort(weights, count);
        count = Math.Min(count, topK);
        if (sampling.TopK > 0)
        {
            total = 0;
            foreach (var id in _ids.AsSpan(0, count))
            {
                total += weights[id];
            }
        }

        var kept = 0;
        var sum = 0.0;
        while (kept < count && sum < sampling.TopP * total && weights[_ids[kept]] >= floor)
        {
            sum += weights[_ids[kept++]];
        }

        return Math.Max(1, kept);
    }

    private int Above(ReadOnlySpan<float> weights, float floor, out double mass)
    {
        var count = 0;
        mass = 0;
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] >= floor)
            {
                _ids[count++] = id;
                mass += weights[id];
            }
        }

        return count;
    }

    /// <summary>Heaviest first; of equals, the lower id, so that every machine has the same order.</summary>
    private void Sort(ReadOnlySpan<float> weights, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _keys[i] = -weights[_ids[i]];
        }

        _keys.AsSpan(0, count).Sort(_ids.AsSpan(0, count), static (a, b) => a.CompareTo(b));
        for (var start = 0; start < count;)
        {
            var end = start + 1;
            while (end < count && _keys[end] == _keys[start])
            {
                end++;
            }

            _ids.AsSpan(start, end - start).Sort();
            start = end;
        }
    }

    /// <summary>Where the numbers for one position begin: SplitMix64 (Steele et al., 2014) at the counter that seed and position make.</summary>
    private static ulong Stream(long seed, int position)
    {
        unchecked
        {
            return Mix(Mix((ulong)seed) + (((ulong)position + 1) * 0x9E3779B97F4A7C15));
        }
    }

    /// <summary>In [0, 1): the number of one token in the stream.</summary>
    private static double Uniform(ulong stream, int id)
    {
        unchecked
        {
            return (Mix(stream + ((ulong)id * 0x9E3779B97F4A7C15)) >> 11) * (1.0 / (1UL << 53));
        }
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
