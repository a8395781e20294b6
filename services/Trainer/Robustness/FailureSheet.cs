using MultiModalMesh.Data.Scenes;
using NetVips;

namespace MultiModalMesh.Trainer.Robustness;

/// <summary>Pictures that were answered wrongly, side by side, as the model saw them.</summary>
internal static class FailureSheet
{
    private const int Columns = 6, Most = 24, Side = 96, Gap = 4;

    /// <param name="path">A .webp or .png file.</param>
    public static void Write(string path, IReadOnlyList<Sample> wrong)
    {
        var tiles = wrong.Take(Most).Select(sample => Image.NewFromMemory(sample.Pixels, Side, Side, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb)).ToArray();
        if (tiles.Length > 0)
        {
            using var sheet = Image.Arrayjoin(tiles, across: Columns, shim: Gap, background: [255.0]);
            sheet.WriteToFile(path);
        }
    }
}
