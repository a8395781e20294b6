namespace MultiModalMesh.Data.Scenes;

/// <summary>From blended floats to bytes; in training with blur or sensor noise on some pictures, and with much of it on a few.</summary>
internal static class PixelFinish
{
    private const double BlurShare = 0.15;
    private const double TwiceBlurredShare = 0.3;
    private const double NoiseShare = 0.4;
    private const double StrongNoiseShare = 0.3;

    public static byte[] Apply(float[] canvas, int size, bool augment, RandomStream random)
    {
        if (augment && random.Chance(BlurShare))
        {
            canvas = Blurred(canvas, size);
            canvas = random.Chance(TwiceBlurredShare) ? Blurred(canvas, size) : canvas;
        }

        // Uniform noise of amplitude a has a standard deviation of a / sqrt(3).
        var amplitude = !augment || !random.Chance(NoiseShare) ? 0 : random.Chance(StrongNoiseShare) ? random.Between(16, 60) : random.Between(3, 16);
        var bytes = new byte[canvas.Length];
        ulong bits = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = canvas[i] + 0.5f;
            if (amplitude > 0)
            {
                if (i % 8 == 0)
                {
                    bits = random.Next();
                }

                value += ((bits & 255) / 127.5f - 1) * amplitude;
                bits >>= 8;
            }

            bytes[i] = (byte)Math.Clamp(value, 0, 255);
        }

        return bytes;
    }

    private static float[] Blurred(float[] canvas, int size)
    {
        var result = new float[canvas.Length];
        for (var y = 0; y < size; y++)
        {
            int up = Math.Max(0, y - 1) * size, here = y * size, down = Math.Min(size - 1, y + 1) * size;
            for (var x = 0; x < size; x++)
            {
                int left = Math.Max(0, x - 1), right = Math.Min(size - 1, x + 1);
                for (var c = 0; c < 3; c++)
                {
                    result[(here + x) * 3 + c] = 0.4f * canvas[(here + x) * 3 + c] + 0.15f * (canvas[(here + left) * 3 + c]
                        + canvas[(here + right) * 3 + c] + canvas[(up + x) * 3 + c] + canvas[(down + x) * 3 + c]);
                }
            }
        }

        return result;
    }
}
