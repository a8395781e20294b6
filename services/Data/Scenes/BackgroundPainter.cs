namespace MultiModalMesh.Data.Scenes;

/// <summary>Fills a picture with one named colour: half of them plain, the rest textured with two shades of it.</summary>
internal static class BackgroundPainter
{
    private enum Texture { Plain, Stripes, Dots, Checks, Gradient, Grain }

    /// <returns>The mean of the two shades.</returns>
    public static Rgb Paint(float[] pixels, int size, int colour, RandomStream random)
    {
        var (first, second) = Colours.Shades(colour, random);
        var texture = random.Chance(0.5) ? Texture.Plain : (Texture)(1 + random.Below(5));
        var (sin, cos) = MathF.SinCos(random.Between(0, MathF.PI));
        var period = random.Between(0.06f, 0.25f);
        var share = random.Between(0.3f, 0.7f);
        var step = 1f / size;
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                float u = ((x + 0.5f) * cos + (y + 0.5f) * sin) * step, v = ((y + 0.5f) * cos - (x + 0.5f) * sin) * step;
                var mix = texture switch
                {
                    Texture.Stripes => Phase(u / period) < share ? 0f : 1f,
                    Texture.Dots => IsInDot(Phase(u / period) - 0.5f, Phase(v / period) - 0.5f) ? 1f : 0f,
                    Texture.Checks => Phase(u / period) < 0.5f ^ Phase(v / period) < 0.5f ? 1f : 0f,
                    Texture.Gradient => Math.Clamp(0.5f + 0.7f * (((x + 0.5f) * step - 0.5f) * cos + ((y + 0.5f) * step - 0.5f) * sin), 0, 1),
                    Texture.Grain => (float)random.Unit(),
                    _ => 0f,
                };
                var i = (y * size + x) * 3;
                pixels[i] = first.R + (second.R - first.R) * mix;
                pixels[i + 1] = first.G + (second.G - first.G) * mix;
                pixels[i + 2] = first.B + (second.B - first.B) * mix;
            }
        }

        return new Rgb((first.R + second.R) / 2, (first.G + second.G) / 2, (first.B + second.B) / 2);
    }

    private static float Phase(float value) => value - MathF.Floor(value);

    private static bool IsInDot(float x, float y) => x * x + y * y < 0.09f;
}
