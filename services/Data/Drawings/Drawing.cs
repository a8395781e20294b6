namespace MultiModalMesh.Data.Drawings;

/// <summary>One piece of art: its bitmap at several sizes, and the outline that the layout measures.</summary>
internal sealed class Drawing
{
    private const int SmallestLevel = 20;
    private readonly Bitmap[] _levels;

    /// <param name="bitmap">Trimmed, at the size that pictures are drawn from.</param>
    /// <param name="metrics">Trimmed, at <see cref="MetricsSize"/>: the layout must not depend on the drawing size.</param>
    public Drawing(Bitmap bitmap, Bitmap metrics)
    {
        Hull = ConvexHull.Of(metrics);
        var levels = new List<Bitmap> { bitmap };
        for (var side = Math.Max(bitmap.Width, bitmap.Height) / 1.4142; side >= SmallestLevel; side /= 1.4142)
        {
            levels.Add(bitmap.Resized((int)side));
        }

        _levels = [.. levels];
    }

    public const int MetricsSize = 64;

    public Bitmap Bitmap => _levels[0];

    /// <summary>Corners of the convex hull of the visible pixels in units of the long side, centre of the box at (0, 0).</summary>
    public IReadOnlyList<(float X, float Y)> Hull { get; }

    /// <summary>The smallest level that is not below the wanted size: bilinear sampling then neither blurs nor aliases much.</summary>
    public Bitmap Level(float longSide)
    {
        var level = _levels[0];
        foreach (var candidate in _levels)
        {
            if (Math.Max(candidate.Width, candidate.Height) >= longSide)
            {
                level = candidate;
            }
        }

        return level;
    }
}
