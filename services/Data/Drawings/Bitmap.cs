namespace MultiModalMesh.Data.Drawings;

/// <summary>Premultiplied RGBA, 8 bits a channel, row-major [height, width, 4].</summary>
internal sealed record Bitmap(int Width, int Height, byte[] Pixels)
{
    /// <summary>Alpha below this counts as empty when a drawing's visible box is measured.</summary>
    public const byte VisibleAlpha = 24;

    public byte Alpha(int x, int y) => Pixels[(y * Width + x) * 4 + 3];

    /// <summary>The visible (alpha) box, or an exception if nothing is visible.</summary>
    public Bitmap Trimmed()
    {
        int left = Width, top = Height, right = -1, bottom = -1;
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                if (Alpha(x, y) >= VisibleAlpha)
                {
                    left = Math.Min(left, x);
                    right = Math.Max(right, x);
                    top = Math.Min(top, y);
                    bottom = Math.Max(bottom, y);
                }
            }
        }

        if (right < 0)
        {
            throw new InvalidDataException("The drawing is empty.");
        }

        var (width, height) = (right - left + 1, bottom - top + 1);
        var pixels = new byte[width * height * 4];
        for (var y = 0; y < height; y++)
        {
            Array.Copy(Pixels, ((top + y) * Width + left) * 4, pixels, y * width * 4, width * 4);
        }

        return new Bitmap(width, height, pixels);
    }

    /// <summary>Area-averaged copy whose longer side is <paramref name="longSide"/>; averaging premultiplied values keeps edges clean.</summary>
    public Bitmap Resized(int longSide)
    {
        var scale = (double)longSide / Math.Max(Width, Height);
        var width = Math.Max(1, (int)Math.Round(Width * scale));
        var height = Math.Max(1, (int)Math.Round(Height * scale));
        var pixels = new byte[width * height * 4];
        double stepX = (double)Width / width, stepY = (double)Height / height;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                Average(x * stepX, (x + 1) * stepX, y * stepY, (y + 1) * stepY, pixels.AsSpan((y * width + x) * 4, 4));
            }
        }

        return new Bitmap(width, height, pixels);
    }

    private void Average(double x0, double x1, double y0, double y1, Span<byte> target)
    {
        double r = 0, g = 0, b = 0, a = 0, area = 0;
        for (var y = (int)y0; y < Math.Min(Height, Math.Ceiling(y1)); y++)
        {
            var wy = Math.Min(y + 1, y1) - Math.Max(y, y0);
            for (var x = (int)x0; x < Math.Min(Width, Math.Ceiling(x1)); x++)
            {
                var weight = wy * (Math.Min(x + 1, x1) - Math.Max(x, x0));
                var i = (y * Width + x) * 4;
                r += Pixels[i] * weight;
                g += Pixels[i + 1] * weight;
                b += Pixels[i + 2] * weight;
                a += Pixels[i + 3] * weight;
                area += weight;
            }
        }

        target[0] = (byte)Math.Round(r / area);
        target[1] = (byte)Math.Round(g / area);
        target[2] = (byte)Math.Round(b / area);
        target[3] = (byte)Math.Round(a / area);
    }
}
