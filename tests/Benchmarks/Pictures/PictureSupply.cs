using NetVips;

namespace MultiModalMesh.Benchmarks.Pictures;

/// <summary>Encoded pictures, none of which was ever seen before: a cache of answers has nothing to say about them.</summary>
internal sealed class PictureSupply
{
    private readonly byte[][] _files;
    private int _next;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="kinds">Different pictures; beyond that they differ by a comment in the file.</param>
    public PictureSupply(int width, int height, int kinds = 8) =>
        _files = [.. Enumerable.Range(0, kinds).Select(seed => Encode(width, height, seed, image => image.JpegsaveBuffer(q: 90)))];

    /// <summary>A JPEG with a comment that no other has. Safe for concurrent use.</summary>
    public byte[] Next()
    {
        var number = Interlocked.Increment(ref _next);
        var file = _files[number % _files.Length];

        // Behind the two bytes of the start: the marker of a comment, its length with the length itself, four bytes.
        byte[] comment = [0xff, 0xfe, 0, 6, .. BitConverter.GetBytes(number)];
        return [.. file.AsSpan(0, 2), .. comment, .. file.AsSpan(2)];
    }

    public byte[][] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    /// <summary>A picture with smooth parts, edges and some noise, as photographs have.</summary>
    public static byte[] Encode(int width, int height, int seed, Func<Image, byte[]> save)
    {
        var random = new Random(seed);
        var circles = Enumerable.Range(0, 12).Select(_ => (
            X: random.Next(width), Y: random.Next(height), Squared: Math.Pow(height * (0.05 + (random.NextDouble() * 0.2)), 2), Shade: random.Next(256))).ToArray();
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var inside = Array.FindLastIndex(circles, c => ((x - c.X) * (x - c.X)) + ((y - c.Y) * (y - c.Y)) < c.Squared);
                for (var channel = 0; channel < 3; channel++)
                {
                    var shade = inside < 0 ? (channel == 0 ? x * 200 / width : y * 200 / height) : circles[inside].Shade * (channel + 2) / 4;
                    pixels[(((y * width) + x) * 3) + channel] = (byte)Math.Clamp(shade + random.Next(-8, 9), 0, 255);
                }
            }
        }

        using var image = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar);
        return save(image);
    }
}
