using MultiModalMesh.Data.Drawings;

namespace MultiModalMesh.Data.Scenes;

/// <summary>Redraws the few drawings of one scene at full size; loading all art that large would take a minute.</summary>
internal static class LargeArt
{
    /// <param name="art">The library that the scene was composed with.</param>
    /// <param name="composed">Its placements stay; only the bitmaps behind them change.</param>
    /// <param name="longSide">Long side of each drawing in pixels.</param>
    public static ComposedScene Redraw(ArtLibrary art, ComposedScene composed, int longSide) =>
        composed with { Placements = [.. composed.Placements.Select(p => p with { Drawing = Redraw(art, p, longSide) })] };

    private static Drawing Redraw(ArtLibrary art, Placement placement, int longSide)
    {
        var (style, kind) = (placement.Object.Style, placement.Object.Kind);
        var variant = art.Drawings(style, kind).Index().First(d => d.Item == placement.Drawing).Index;
        var svg = ArtFile.ReadStyle(style)[art.Kinds[kind].Singular][variant];
        return new Drawing(SvgRasterizer.Rasterize(svg, longSide), placement.Drawing.Bitmap);
    }
}
