using System.Globalization;
using System.Text;
using NetVips;

namespace MultiModalMesh.Data.Drawings;

/// <summary>SVG to a trimmed bitmap. Rendered larger than asked and averaged down, so that small sizes stay smooth.</summary>
internal static class SvgRasterizer
{
    private const int Oversampling = 3;

    public static Bitmap Rasterize(string svg, int longSide)
    {
        // Serving refuses SVG, as it comes from strangers; where pictures were decoded before in this process, so would this be. These drawings are our own.
        Operation.Block("VipsForeignLoadSvg", false);
        using var image = Image.SvgloadBuffer(Encoding.UTF8.GetBytes(svg), scale: longSide * Oversampling / LongSideOfViewBox(svg));
        if (image.Bands != 4)
        {
            throw new InvalidDataException($"Expected RGBA from the drawing, got {image.Bands} bands.");
        }

        var pixels = image.WriteToMemory<byte>();
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var alpha = pixels[i + 3];
            pixels[i] = (byte)((pixels[i] * alpha + 127) / 255);
            pixels[i + 1] = (byte)((pixels[i + 1] * alpha + 127) / 255);
            pixels[i + 2] = (byte)((pixels[i + 2] * alpha + 127) / 255);
        }

        return new Bitmap(image.Width, image.Height, pixels).Trimmed().Resized(longSide);
    }

    // Read from the text: asking the loader would parse each drawing twice.
    private static double LongSideOfViewBox(string svg)
    {
        const string Attribute = "viewBox=\"";
        var start = svg.IndexOf(Attribute, StringComparison.Ordinal) + Attribute.Length;
        var box = svg[start..svg.IndexOf('"', start)].Split(' ');
        return Math.Max(double.Parse(box[2], CultureInfo.InvariantCulture), double.Parse(box[3], CultureInfo.InvariantCulture));
    }
}
