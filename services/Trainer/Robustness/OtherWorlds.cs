namespace MultiModalMesh.Trainer.Robustness;

/// <summary>Pictures that show nothing of the synthetic world. Deterministic by the seed.</summary>
internal static class OtherWorlds
{
    private const int Side = 96;

    public static IReadOnlyList<(string Name, Func<int, byte[]> Draw)> All { get; } =
    [
        ("noise", Noise), ("gradients of two colours", Gradient), ("shapes", Shapes), ("digits of seven segments", Digits),
    ];

    private static byte[] Noise(int seed)
    {
        var pixels = new byte[Side * Side * 3];
        Seeded(seed).NextBytes(pixels);
        return Distortion.None.Encode(pixels, seed);
    }

    private static byte[] Gradient(int seed)
    {
        var random = Seeded(seed);
        var (first, second, angle) = (Colour(random), Colour(random), random.NextDouble() * Math.PI);
        return Draw(seed, (x, y) =>
        {
            var mix = Math.Clamp(0.5 + (((x - (Side / 2)) * Math.Cos(angle)) + ((y - (Side / 2)) * Math.Sin(angle))) / Side, 0, 1);
            return [.. first.Zip(second, (a, b) => (byte)(a + ((b - a) * mix)))];
        });
    }

    private static byte[] Shapes(int seed)
    {
        var random = Seeded(seed);
        var ground = Colour(random);
        var shapes = Enumerable.Range(0, random.Next(2, 6))
            .Select(_ => (X: random.Next(Side), Y: random.Next(Side), Width: random.Next(8, 30), Height: random.Next(8, 30), Round: random.Next(2) == 0, Colour: Colour(random)))
            .ToArray();
        return Draw(seed, (x, y) =>
        {
            foreach (var shape in shapes)
            {
                double u = (x - shape.X) / (double)shape.Width, v = (y - shape.Y) / (double)shape.Height;
                if (shape.Round ? (u * u) + (v * v) <= 1 : Math.Abs(u) <= 1 && Math.Abs(v) <= 1)
                {
                    return shape.Colour;
                }
            }

            return ground;
        });
    }

    // Drawn as bars: fonts differ from machine to machine.
    private static byte[] Digits(int seed)
    {
        (int X, int Y, int Width, int Height)[] segments = [(0, 0, 14, 4), (12, 0, 4, 18), (12, 16, 4, 18), (0, 32, 14, 4), (0, 16, 4, 18), (0, 0, 4, 18), (0, 16, 14, 4)];
        int[] lit = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];
        var random = Seeded(seed);
        var (ground, ink) = (Colour(random), Colour(random));
        var bars = Enumerable.Range(0, 8).SelectMany(place =>
        {
            var digit = lit[random.Next(lit.Length)];
            return segments.Where((_, i) => ((digit >> i) & 1) == 1).Select(s => (X: s.X + 6 + (place % 4 * 23), Y: s.Y + 6 + (place / 4 * 46), s.Width, s.Height));
        }).ToArray();
        return Draw(seed, (x, y) => bars.Any(b => x >= b.X && x < b.X + b.Width && y >= b.Y && y < b.Y + b.Height) ? ink : ground);
    }

    private static byte[] Draw(int seed, Func<int, int, byte[]> colour) =>
        Distortion.None.Encode([.. Enumerable.Range(0, Side * Side).SelectMany(i => colour(i % Side, i / Side))], seed);

    private static byte[] Colour(Random random) => [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)];

    private static Random Seeded(int seed) => new(seed);
}
