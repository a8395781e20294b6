using MultiModalMesh.Data.Drawings;

namespace MultiModalMesh.Data.Scenes;

/// <summary>The rasterised art of every kind and style. Immutable and safe to share between threads.</summary>
public sealed class ArtLibrary
{
    private readonly Dictionary<string, Drawing[][]> _drawings;

    internal ArtLibrary(IReadOnlyList<Kind> kinds, Dictionary<string, Drawing[][]> drawings)
    {
        Kinds = kinds;
        _drawings = drawings;
        KindsByGroup = kinds.GroupBy(kind => kind.Group).ToDictionary(group => group.Key, group => (IReadOnlyList<Kind>)[.. group]);
    }

    /// <summary>All kinds, <c>Kinds[i].Id == i</c>.</summary>
    public IReadOnlyList<Kind> Kinds { get; }

    internal IReadOnlyDictionary<string, IReadOnlyList<Kind>> KindsByGroup { get; }

    /// <summary>Rasterises the embedded art on all cores.</summary>
    /// <param name="size">Long side of each drawing in pixels; 64 suits pictures of 96 pixels, 256 suits large renderings.</param>
    public static ArtLibrary Load(int size = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        var kinds = ArtFile.ReadKinds();
        var drawings = new Dictionary<string, Drawing[][]>();
        foreach (var style in Styles.All)
        {
            var art = ArtFile.ReadStyle(style);
            var ofStyle = new Drawing[kinds.Count][];
            Parallel.For(0, kinds.Count, kind =>
            {
                var sources = art.GetValueOrDefault(kinds[kind].Singular, []);
                ofStyle[kind] = [.. sources.Select(svg => Rasterize(svg, size))];
            });
            drawings.Add(style, ofStyle);
        }

        return new ArtLibrary(kinds, drawings);
    }

    /// <summary>Whether the style has at least one drawing of the kind.</summary>
    public bool Has(string style, int kind) => Drawings(style, kind).Count > 0;

    internal IReadOnlyList<Drawing> Drawings(string style, int kind) => _drawings[style][kind];

    private static Drawing Rasterize(string svg, int size)
    {
        var metrics = SvgRasterizer.Rasterize(svg, Drawing.MetricsSize);
        return new Drawing(size == Drawing.MetricsSize ? metrics : SvgRasterizer.Rasterize(svg, size), metrics);
    }
}
