namespace MultiModalMesh.Data.Scenes;

/// <summary>Background colours that the synthetic world can name.</summary>
public static class Colours
{
    /// <summary>Names in label order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray"];

    private static readonly Rgb[] Centers =
    [
        new(212, 42, 46), new(248, 142, 32), new(250, 222, 66), new(62, 166, 78), new(52, 108, 214), new(128, 62, 172),
        new(250, 164, 200), new(124, 80, 46), new(26, 26, 30), new(246, 246, 244), new(142, 144, 148),
    ];

    /// <summary>Two shades of the colour. Both are nearer to its centre than to any other by a clear margin, so the name stays unambiguous.</summary>
    internal static (Rgb First, Rgb Second) Shades(int colour, RandomStream random)
    {
        while (true)
        {
            var light = random.Between(-14, 14);
            var first = Centers[colour].Shifted(light + random.Between(-12, 12), light + random.Between(-12, 12), light + random.Between(-12, 12));
            var delta = random.Between(9, 24) * (random.Chance(0.5) ? 1 : -1);
            var second = first.Shifted(delta, delta, delta);
            if (IsClear(first, colour) && IsClear(second, colour))
            {
                return (first, second);
            }
        }
    }

    /// <summary>Index of the name whose centre is nearest.</summary>
    internal static int Nearest(Rgb value)
    {
        var best = 0;
        for (var i = 1; i < Centers.Length; i++)
        {
            if (value.DistanceTo(Centers[i]) < value.DistanceTo(Centers[best]))
            {
                best = i;
            }
        }

        return best;
    }

    private static bool IsClear(Rgb value, int colour)
    {
        var own = value.DistanceTo(Centers[colour]);
        for (var i = 0; i < Centers.Length; i++)
        {
            if (i != colour && own > 0.5f * value.DistanceTo(Centers[i]))
            {
                return false;
            }
        }

        return true;
    }
}
