using System.Text;
using NetVips;

namespace MultiModalMesh.Data.Drawings;

/// <summary>SVG to a trimmed bitmap. Rendered larger than asked and averaged down, so that small sizes stay smooth.</summary>
internal static class SvgRasterizer
{
    private const int Oversampling = 3;

    public static Bitmap Rasterize(string svg, int longSide)
    {
        var bytes = Encoding.UTF8.GetBytes(svg);
        using var natural = Image.SvgloadBuffer(bytes);
        var scale = (double)longSide * Oversampling / Math.Max(natural.Width, natural.Height);
        using var image = Image.SvgloadBuffer(bytes, scale: scale);
        if (image.Bands != 4)
        {
            throw new InvalidDataException($"Expected RGBA from the drawing, got {image.Bands} bands.");
        }

        var straight = image.WriteToMemory<byte>();
        for (var i = 0; i < straight.Length; i += 4)
        {
            var alpha = straight[i + 3];
            straight[i] = (byte)((straight[i] * alpha + 127) / 255);
            straight[i + 1] = (byte)((straight[i + 1] * alpha + 127) / 255);
            straight[i + 2] = (byte)((straight[i + 2] * alpha + 127) / 255);
        }

        return new Bitmap(image.Width, image.Height, straight).Trimmed().Resized(longSide);
    }
}
