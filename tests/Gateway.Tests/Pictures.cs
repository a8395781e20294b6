using NetVips;

namespace MultiModalMesh.Gateway.Tests;

/// <summary>Small real pictures.</summary>
internal static class Pictures
{
    public static byte[] Png(int width = 12, int height = 8, double shade = 200)
    {
        using var image = Image.Black(width, height, bands: 3).Linear([1.0], [shade]).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return image.PngsaveBuffer();
    }

    public static string DataUrl(byte[] file) => $"data:image/png;base64,{Convert.ToBase64String(file)}";
}
