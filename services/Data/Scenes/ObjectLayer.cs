using MultiModalMesh.Data.Drawings;

namespace MultiModalMesh.Data.Scenes;

/// <summary>One object drawn on its own, premultiplied RGBA (colour 0..255, alpha 0..1), cut to its box plus room for an outline.</summary>
internal sealed class ObjectLayer
{
    private const float VisibleDistance = 55;
    private const float VisibleShare = 0.4f;

    private ObjectLayer(int left, int top, int width, int height)
    {
        (Left, Top, Width, Height) = (left, top, width, height);
        Pixels = new float[width * height * 4];
    }

    public int Left { get; }

    public int Top { get; }

    public int Width { get; }

    public int Height { get; }

    public float[] Pixels { get; }

    /// <param name="random">Feeds the variation's grain.</param>
    public static ObjectLayer Draw(Placement placement, int size, ObjectVariation variation, RandomStream random)
    {
        var margin = OutlineRadius(size) + 1;
        var box = placement.Object;
        var left = Math.Max(0, (int)MathF.Floor(placement.Left * size) - margin);
        var top = Math.Max(0, (int)MathF.Floor(placement.Top * size) - margin);
        var right = Math.Min(size, (int)MathF.Ceiling((placement.Left + box.Width) * size) + margin);
        var bottom = Math.Min(size, (int)MathF.Ceiling((placement.Top + box.Height) * size) + margin);
        var layer = new ObjectLayer(left, top, right - left, bottom - top);

        var map = placement.Map.Scaled(size);
        var bitmap = placement.Drawing.Level(MathF.Sqrt(map.Xx * map.Xx + map.Yx * map.Yx));
        float side = Math.Max(bitmap.Width, bitmap.Height);
        var inverse = map.Inverse().Scaled(side).Shifted(bitmap.Width / 2f - 0.5f, bitmap.Height / 2f - 0.5f);
        for (var y = 0; y < layer.Height; y++)
        {
            for (var x = 0; x < layer.Width; x++)
            {
                var (u, v) = inverse.Apply(left + x + 0.5f, top + y + 0.5f);
                if (variation.Warp > 0)
                {
                    (u, v) = variation.Deform(u, v, side);
                }

                var target = layer.Pixels.AsSpan((y * layer.Width + x) * 4, 4);
                if (Sample(bitmap, u, v, target))
                {
                    var light = variation.Light((float)x / layer.Width - 0.5f, (float)y / layer.Height - 0.5f, random);
                    (target[0], target[1], target[2]) = variation.Colours.Apply(target[0], target[1], target[2], target[3], light);
                }
            }
        }

        return layer;
    }

    /// <summary>Whether so little of the object stands out from the background that it would be lost.</summary>
    public bool NeedsOutline(Rgb backdrop)
    {
        float visible = 0, total = 0;
        for (var i = 0; i < Pixels.Length; i += 4)
        {
            var alpha = Pixels[i + 3];
            if (alpha > 0.5f)
            {
                total++;
                var colour = new Rgb(Pixels[i] / alpha, Pixels[i + 1] / alpha, Pixels[i + 2] / alpha);
                visible += colour.DistanceTo(backdrop) > VisibleDistance ? 1 : 0;
            }
        }

        return visible < VisibleShare * total;
    }

    /// <summary>Puts a line of the given gray behind the object's edge.</summary>
    public void AddOutline(int size, float gray, float opacity)
    {
        var radius = OutlineRadius(size);
        var alphas = new float[Width * Height];
        for (var i = 0; i < alphas.Length; i++)
        {
            alphas[i] = Pixels[i * 4 + 3];
        }

        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var own = alphas[y * Width + x];
                if (own > 0.99f)
                {
                    continue;
                }

                var line = (1 - own) * opacity * Largest(alphas, x, y, radius);
                var i = (y * Width + x) * 4;
                Pixels[i] += gray * line;
                Pixels[i + 1] += gray * line;
                Pixels[i + 2] += gray * line;
                Pixels[i + 3] += line;
            }
        }
    }

    private static int OutlineRadius(int size) => Math.Max(1, size / 96);

    private float Largest(float[] alphas, int x, int y, int radius)
    {
        var largest = 0f;
        for (var ny = Math.Max(0, y - radius); ny <= Math.Min(Height - 1, y + radius); ny++)
        {
            for (var nx = Math.Max(0, x - radius); nx <= Math.Min(Width - 1, x + radius); nx++)
            {
                largest = Math.Max(largest, alphas[ny * Width + nx]);
            }
        }

        return largest;
    }

    /// <returns>Whether anything is there.</returns>
    private static bool Sample(Bitmap bitmap, float u, float v, Span<float> target)
    {
        if (u <= -1 || v <= -1 || u >= bitmap.Width || v >= bitmap.Height)
        {
            return false;
        }

        int x = (int)MathF.Floor(u), y = (int)MathF.Floor(v);
        float fx = u - x, fy = v - y;
        float r = 0, g = 0, b = 0, a = 0;
        for (var corner = 0; corner < 4; corner++)
        {
            int cx = x + (corner & 1), cy = y + (corner >> 1);
            if ((uint)cx >= (uint)bitmap.Width || (uint)cy >= (uint)bitmap.Height)
            {
                continue;
            }

            var weight = ((corner & 1) == 0 ? 1 - fx : fx) * (corner < 2 ? 1 - fy : fy);
            var i = (cy * bitmap.Width + cx) * 4;
            r += bitmap.Pixels[i] * weight;
            g += bitmap.Pixels[i + 1] * weight;
            b += bitmap.Pixels[i + 2] * weight;
            a += bitmap.Pixels[i + 3] * weight;
        }

        (target[0], target[1], target[2], target[3]) = (r, g, b, a / 255);
        return a > 0;
    }
}
