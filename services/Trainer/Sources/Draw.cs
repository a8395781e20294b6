namespace MultiModalMesh.Trainer.Sources;

/// <summary>Random numbers that depend on nothing but what they are for, so that a resumed run draws the same ones.</summary>
internal static class Draw
{
    /// <returns>0 to below 1.</returns>
    public static double Unit(long seed, long position, int purpose) => (Bits(seed, position, purpose) >> 11) * (1.0 / (1UL << 53));

    public static int Below(int count, long seed, long position, int purpose) => (int)(Unit(seed, position, purpose) * count);

    /// <summary>-1 to 1.</summary>
    public static double Signed(long seed, long position, int purpose) => (2 * Unit(seed, position, purpose)) - 1;

    private static ulong Bits(long seed, long position, int purpose) => Mix(Mix(Mix((ulong)seed) + (ulong)position) + (ulong)purpose);

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
