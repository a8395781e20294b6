using System.Numerics;

namespace MultiModalMesh.Inference.Batching;

/// <summary>
/// Sorts sequences into lengths that may be padded to each other: four buckets for each doubling, so that above <see cref="Shortest"/>
/// less than a fifth of a padded row is padding. Finer buckets would save little more and make batches small.
/// </summary>
internal static class LengthBuckets
{
    /// <summary>All that is no longer than this is one bucket: what its padding costs is less than a run of its own.</summary>
    public const int Shortest = 8;

    /// <summary>The greatest length in the bucket of a length: 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, …</summary>
    public static int Of(int length)
    {
        if (length <= Shortest)
        {
            return Shortest;
        }

        var step = 1 << (BitOperations.Log2((uint)(length - 1)) - 2);
        return (length + step - 1) / step * step;
    }
}
