using NetVips;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>Something that happens to pictures on their way. Deterministic by its seed.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Apply">From an sRGB picture and a seed to the bytes of a file.</param>
internal sealed record Distortion(string Name, Func<Image, int, byte[]> Apply)
{
    private const int Side = 96;

    public static readonly Distortion None = new("clean", (picture, _) => picture.PngsaveBuffer());

    public static IReadOnlyList<Distortion> All { get; } =
    [
        None,
        new("JPEG, quality 20", (picture, _) => picture.JpegsaveBuffer(q: 20)),
        new("blur, sigma 1.5", (picture, _) => Png(picture.Gaussblur(1.5))),
        new("noise, sigma 25", (picture, seed) => Png(picture + Noise(picture, seed))),
        new("0.5 x size", (picture, _) => Png(picture.Resize(0.5))),
        new("2 x size", (picture, _) => Png(picture.Resize(2))),
        new("grayscale", (picture, _) => Png(picture.Colourspace(Enums.Interpretation.Bw).Colourspace(Enums.Interpretation.Srgb))),
        new("rotation, 15 degrees", (picture, _) => Png(Rotated(picture))),
    ];

    /// <param name="pixels">RGB, [96, 96, 3].</param>
    public byte[] Encode(byte[] pixels, int seed)
    {
        using var memory = Image.NewFromMemory(pixels, Side, Side, 3, Enums.BandFormat.Uchar);
        using var picture = memory.Copy(interpretation: Enums.Interpretation.Srgb);
        return Apply(picture, seed);
    }

    // One draw for each channel: the same for all three would be a change of brightness.
    private static Image Noise(Image picture, int seed) => Image
        .Gaussnoise(picture.Width, picture.Height, sigma: 25, mean: 0, seed: seed * 3)
        .Bandjoin(
            Image.Gaussnoise(picture.Width, picture.Height, sigma: 25, mean: 0, seed: (seed * 3) + 1),
            Image.Gaussnoise(picture.Width, picture.Height, sigma: 25, mean: 0, seed: (seed * 3) + 2));

    private static Image Rotated(Image picture)
    {
        // The corners that come in show the colour of the corner.
        var turned = picture.Rotate(15, background: picture.Getpoint(0, 0));
        return turned.Crop((turned.Width - picture.Width) / 2, (turned.Height - picture.Height) / 2, picture.Width, picture.Height);
    }

    private static byte[] Png(Image picture) => picture.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb).PngsaveBuffer();
}
