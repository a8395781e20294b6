namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Chooses a token from logits. The random number belongs to (seed, position), not to a running generator, so that an answer continued
/// elsewhere from any position goes on with the same choices.
/// </summary>
internal static class Sampler
{
    /// <param name="logits">One per token of the vocabulary.</param>
    /// <param name="sampling">Temperature, top-k and top-p, applied in this order.</param>
    /// <param name="position">Of the token within the answer, from 0.</param>
    public static int Choose(ReadOnlySpan<float> logits, SamplingOptions sampling, int position)
    {
        var best = IndexOfMax(logits);
        if (sampling.Temperature == 0 || sampling.TopK == 1)
        {
            return best;
        }

        var weights = new double[logits.Length];
        var total = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Exp((logits[i] - (double)logits[best]) / sampling.Temperature);
            total += weights[i];
        }

        var candidates = Candidates(weights, total, sampling);
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

        return candidates[0];
    }

    private static List<int> Candidates(double[] weights, double total, SamplingOptions sampling)
    {
        // Tokens below the cutoff hold less than 1 - top_p together, so none of them is in the nucleus: no need to sort the whole vocabulary.
        var cutoff = sampling.TopP < 1 && sampling.TopK == 0 ? (1 - (double)sampling.TopP) / weights.Length * total : 0;
        var candidates = new List<int>();
        for (var id = 0; id < weights.Length; id++)
        {
            if (weights[id] >= cutoff)
            {
                candidates.Add(id);
            }
        }

        if (sampling.TopP >= 1 && sampling.TopK == 0)
        {
            return candidates;
        }

        candidates.Sort((a, b) => weights[b].CompareTo(weights[a]) is var order and not 0 ? order : a.CompareTo(b));
        if (sampling.TopK > 0 && sampling.TopK < candidates.Count)
        {
            candidates.RemoveRange(sampling.TopK, candidates.Count - sampling.TopK);
            total = candidates.Sum(id => weights[id]);
        }

        var count = 0;
        var mass = 0.0;
        while (count < candidates.Count && mass < sampling.TopP * total)
        {
            mass += weights[candidates[count++]];
        }

        candidates.RemoveRange(Math.Max(1, count), candidates.Count - Math.Max(1, count));
        return candidates;
    }

    private static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
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
