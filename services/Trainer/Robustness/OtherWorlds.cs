using System.Globalization;
using System.Text;
using NetVips;

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
        return Svg($"<defs><linearGradient id='g' gradientTransform='rotate({random.Next(90)})'><stop stop-color='{Colour(random)}'/><stop offset='1' stop-color='{Colour(random)}'/></linearGradient></defs><rect width='96' height='96' fill='url(#g)'/>");
    }

    private static byte[] Shapes(int seed)
    {
        var random = Seeded(seed);
        var text = new StringBuilder($"<rect width='96' height='96' fill='{Colour(random)}'/>");
        for (var shape = random.Next(2, 6); shape > 0; shape--)
        {
            var points = string.Join(' ', Enumerable.Range(0, random.Next(3, 7)).Select(_ => $"{random.Next(96)},{random.Next(96)}"));
            text.Append(random.Next(2) == 0
                ? $"<polygon points='{points}' fill='{Colour(random)}'/>"
                : string.Create(CultureInfo.InvariantCulture, $"<ellipse cx='{random.Next(96)}' cy='{random.Next(96)}' rx='{random.Next(5, 30)}' ry='{random.Next(5, 30)}' fill='{Colour(random)}'/>"));
        }

        return Svg(text.ToString());
    }

    // Drawn as lines: fonts differ from machine to machine.
    private static byte[] Digits(int seed)
    {
        string[] segments = ["M0,0 h14", "M14,0 v16", "M14,16 v16", "M0,32 h14", "M0,16 v16", "M0,0 v16", "M0,16 h14"];
        byte[] lit = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];
        var random = Seeded(seed);
        var text = new StringBuilder($"<rect width='96' height='96' fill='{Colour(random)}'/>");
        var ink = Colour(random);
        for (var place = 0; place < 8; place++)
        {
            var digit = lit[random.Next(10)];
            var path = string.Join(' ', segments.Where((_, i) => (digit >> i & 1) == 1));
            text.Append(CultureInfo.InvariantCulture, $"<path transform='translate({6 + (place % 4 * 23)} {8 + (place / 4 * 46)})' d='{path}' stroke='{ink}' stroke-width='4' fill='none'/>");
        }

        return Svg(text.ToString());
    }

    private static byte[] Svg(string content)
    {
        using var image = Image.SvgloadBuffer(Encoding.UTF8.GetBytes($"<svg xmlns='http://www.w3.org/2000/svg' width='96' height='96' viewBox='0 0 96 96'>{content}</svg>"));
        using var flat = image.Flatten();
        return flat.PngsaveBuffer();
    }

    private static string Colour(Random random) => $"#{random.Next(1 << 24):x6}";

    private static Random Seeded(int seed) => new(seed);
}
