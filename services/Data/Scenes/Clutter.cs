namespace MultiModalMesh.Data.Scenes;

/// <summary>Shapes of other colours behind the objects of some training pictures: what is behind an object does not change what it is.</summary>
internal static class Clutter
{
    private const double Share = 0.22;
    private const int MaximumShapes = 9;

    // With less than a third of the picture covered the background's own colour is still its colour.
    private const float MaximumCover = 0.3f;

    /// <param name="pixels">RGB, [size, size, 3], 0..255.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="random">Decides whether there are shapes at all.</param>
    public static void Paint(float[] pixels, int size, RandomStream random)
    {
        if (!random.Chance(Share))
        {
            return;
        }

        var cover = 0f;
        for (var left = 1 + random.Below(MaximumShapes); left > 0; left--)
        {
            var (width, height) = (random.Between(0.03f, 0.4f), random.Between(0.03f, 0.4f));
            cover += width * height;
            if (cover > MaximumCover)
            {
                return;
            }

            Shape(pixels, size, width, height, random);
        }
    }

    private static void Shape(float[] pixels, int size, float width, float height, RandomStream random)
    {
        var (centerX, centerY) = (random.Unit(), random.Unit());
        var (sin, cos) = Math.SinCos(random.Between(0, MathF.PI));
        var round = random.Chance(0.5);
        var opacity = random.Between(0.35f, 1);
        Span<float> colour = [random.Between(0, 255), random.Between(0, 255), random.Between(0, 255)];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                double dx = ((x + 0.5) / size) - centerX, dy = ((y + 0.5) / size) - centerY;
                double u = ((dx * cos) + (dy * sin)) / width * 2, v = ((dy * cos) - (dx * sin)) / height * 2;
                if (round ? (u * u) + (v * v) > 1 : Math.Max(Math.Abs(u), Math.Abs(v)) > 1)
                {
                    continue;
                }

                for (var c = 0; c < 3; c++)
                {
                    ref var value = ref pixels[(((y * size) + x) * 3) + c];
                    value += (colour[c] - value) * opacity;
                }
            }
        }
    }
}
