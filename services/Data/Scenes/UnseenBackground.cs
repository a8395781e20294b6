namespace MultiModalMesh.Data.Scenes;

/// <summary>Waves of many colours that run into each other: for measuring, never for training.</summary>
internal static class UnseenBackground
{
    private const int Waves = 4;

    /// <returns>The mean colour.</returns>
    public static Rgb Paint(float[] pixels, int size, RandomStream random)
    {
        Span<float> sums = stackalloc float[3];
        for (var channel = 0; channel < 3; channel++)
        {
            var waves = new (float X, float Y, float Phase)[Waves];
            for (var i = 0; i < Waves; i++)
            {
                waves[i] = (random.Between(-9, 9), random.Between(-9, 9), random.Between(0, 2 * MathF.PI));
            }

            for (var i = 0; i < size * size; i++)
            {
                var value = 128f;
                foreach (var (x, y, phase) in waves)
                {
                    value += 40 * MathF.Sin((((i % size) * x) + ((i / size) * y)) / size + phase);
                }

                value = Math.Clamp(value, 0, 255);
                pixels[(i * 3) + channel] = value;
                sums[channel] += value;
            }
        }

        var area = size * size;
        return new Rgb(sums[0] / area, sums[1] / area, sums[2] / area);
    }
}
