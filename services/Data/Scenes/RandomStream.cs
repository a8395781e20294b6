namespace MultiModalMesh.Data.Scenes;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood, 2014). System.Random's sequence may change between runtimes; a sample must stay the same for ever.
/// </summary>
internal sealed class RandomStream(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A stream of its own for one purpose, so that more draws for one purpose do not move another.</summary>
    public static RandomStream For(ulong seed, ulong purpose) => new(new RandomStream(seed ^ (purpose * 0xD1342543DE82EF95UL)).Next());

    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public float Between(float low, float high) => low + (high - low) * (float)Unit();

    public int Below(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);

    public bool Chance(double probability) => Unit() < probability;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public int Weighted(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var left = Unit() * total;
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
            {
                continue;
            }

            last = i;
            left -= weights[i];
            if (left < 0)
            {
                break;
            }
        }

        return last;
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
