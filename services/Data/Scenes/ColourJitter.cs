namespace MultiModalMesh.Data.Scenes;

/// <summary>A linear colour change of one object: hue turn, saturation, contrast and brightness in one 3 x 3 matrix and an offset.</summary>
internal readonly record struct ColourJitter(float Rr, float Rg, float Rb, float Gr, float Gg, float Gb, float Br, float Bg, float Bb, float Offset)
{
    public static ColourJitter None { get; } = new(1, 0, 0, 0, 1, 0, 0, 0, 1, 0);

    public static ColourJitter Draw(RandomStream random)
    {
        // Kinds differ in colour, yet a grey or a green dog is a dog still.
        var degrees = random.Chance(0.06) ? random.Between(-180, 180) : random.Between(-18, 18);
        var saturation = random.Chance(0.1) ? 0f : random.Between(0.6f, 1.35f);
        var contrast = random.Between(0.8f, 1.2f);
        var offset = random.Between(-22, 22) + 127 * (1 - contrast);

        // Hue turns about the grey axis (Haeberli, Matrix Operations for Image Processing, 1993), luminance kept.
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        float c = cos * saturation, s = sin * saturation;
        return new ColourJitter(
            contrast * (0.299f + 0.701f * c + 0.168f * s), contrast * (0.587f - 0.587f * c + 0.330f * s), contrast * (0.114f - 0.114f * c - 0.497f * s),
            contrast * (0.299f - 0.299f * c - 0.328f * s), contrast * (0.587f + 0.413f * c + 0.035f * s), contrast * (0.114f - 0.114f * c + 0.292f * s),
            contrast * (0.299f - 0.300f * c + 1.250f * s), contrast * (0.587f - 0.588f * c - 1.050f * s), contrast * (0.114f + 0.886f * c - 0.203f * s),
            offset);
    }

    /// <summary>Applies to premultiplied channels 0..255 with alpha 0..1; <paramref name="light"/> is added to each unpremultiplied channel.</summary>
    public (float R, float G, float B) Apply(float r, float g, float b, float alpha, float light)
    {
        var limit = 255 * alpha;
        var offset = (Offset + light) * alpha;
        return (Math.Clamp(Rr * r + Rg * g + Rb * b + offset, 0, limit),
            Math.Clamp(Gr * r + Gg * g + Gb * b + offset, 0, limit),
            Math.Clamp(Br * r + Bg * g + Bb * b + offset, 0, limit));
    }
}
