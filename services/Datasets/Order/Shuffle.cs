using System.Numerics;

namespace MultiModalMesh.Datasets.Order;

/// <summary>
/// A random order of n things in constant memory: a Feistel network over the next even power of two, walked until it lands inside (Black and
/// Rogaway 2002, "Ciphers with Arbitrary Finite Domains"). The same seed and epoch give the same order everywhere.
/// </summary>
public readonly struct Shuffle
{
    private const int Rounds = 6;

    private readonly long _count;
    private readonly int _half;
    private readonly ulong _key;

    /// <param name="count">How many there are, from 1.</param>
    public Shuffle(long count, long seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _count = count;
        _half = Math.Max(1, (BitOperations.Log2((ulong)count) / 2) + 1);
        _key = Mix((ulong)seed ^ Mix((ulong)epoch + 0x9E3779B97F4A7C15));
    }

    /// <param name="position">From 0 to below the count.</param>
    /// <returns>Which one comes there; each comes once.</returns>
    public long this[long position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, _count);
            do
            {
                position = Permute(position);
            }
            while (position >= _count);
            return position;
        }
    }

    private long Permute(long value)
    {
        var mask = (1UL << _half) - 1;
        var (left, right) = ((ulong)value >> _half, (ulong)value & mask);
        for (var round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ (Mix(right + _key + ((ulong)round << 56)) & mask));
        }

        return (long)((left << _half) | right);
    }

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
