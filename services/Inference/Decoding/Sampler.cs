using System.Numerics.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Chooses a token from logits by temperature, then top-k, then top-p and min-p. The random number belongs to (seed, position), not to a
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
        var mass = 0.0;
        foreach (var id in candidates)
        {
            mass += weights[id];
        }

        var target = Uniform(sampling.Seed, position) * mass;
        foreach (var id in candidates)
        {
            target -= weights[id];
            if (target < 0)
            {
                return id;
            }
        }

        return best;
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

    /// <summary>In [0, 1): SplitMix64 (Steele et al., 2014) at the counter that seed and position make.</summary>
    private static double Uniform(long seed, int position)
    {
        unchecked
        {
            var state = Mix((ulong)seed) + (((ulong)position + 1) * 0x9E3779B97F4A7C15);
            return (Mix(state) >> 11) * (1.0 / (1UL << 53));
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
