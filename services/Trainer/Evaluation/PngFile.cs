using NetVips;

namespace MultiModalMesh.Trainer.Evaluation;

/// <summary>Pictures for people to look at.</summary>
internal static class PngFile
{
    /// <param name="pixels">RGB, [side, side, 3].</param>
    /// <returns>The bytes of a PNG.</returns>
    public static byte[] Write(byte[] pixels, int side)
    {
        using var image = Image.NewFromMemory(pixels, side, side, 3, Enums.BandFormat.Uchar);
        using var coloured = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return coloured.PngsaveBuffer();
    }
}
