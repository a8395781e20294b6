namespace MultiModalMesh.Data.Drawings;

/// <summary>Andrew's monotone chain over a bitmap's visible pixels.</summary>
internal static class ConvexHull
{
    /// <summary>Hull corners in units of the long side, relative to the centre of the bitmap.</summary>
    public static (float X, float Y)[] Of(Bitmap bitmap)
    {
        var points = new List<(int X, int Y)>();
        for (var y = 0; y < bitmap.Height; y++)
        {
            int first = -1, last = -1;
            for (var x = 0; x < bitmap.Width; x++)
            {
                if (bitmap.Alpha(x, y) >= Bitmap.VisibleAlpha)
                {
                    first = first < 0 ? x : first;
                    last = x;
                }
            }

            if (first >= 0)
            {
                points.AddRange([(first, y), (first, y + 1), (last + 1, y), (last + 1, y + 1)]);
            }
        }

        points.Sort();
        var hull = new List<(int X, int Y)>(Chain(points));
        points.Reverse();
        hull.AddRange(Chain(points));
        float side = Math.Max(bitmap.Width, bitmap.Height);
        return [.. hull.Select(p => ((p.X - bitmap.Width / 2f) / side, (p.Y - bitmap.Height / 2f) / side))];
    }

    private static IEnumerable<(int X, int Y)> Chain(List<(int X, int Y)> points)
    {
        var chain = new List<(int X, int Y)>();
        foreach (var point in points)
        {
            while (chain.Count >= 2 && Cross(chain[^2], chain[^1], point) <= 0)
            {
                chain.RemoveAt(chain.Count - 1);
            }

            chain.Add(point);
        }

        // The last corner is the first one of the other chain.
        return chain.Take(chain.Count - 1);
    }

    private static long Cross((int X, int Y) o, (int X, int Y) a, (int X, int Y) b) =>
        (long)(a.X - o.X) * (b.Y - o.Y) - (long)(a.Y - o.Y) * (b.X - o.X);
}
