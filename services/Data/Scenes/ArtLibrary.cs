using MultiModalMesh.Data.Drawings;

namespace MultiModalMesh.Data.Scenes;

/// <summary>The rasterised art of every kind and style. Immutable and safe to share between threads.</summary>
public sealed class ArtLibrary
{
    private readonly Dictionary<string, Drawing[][]> _drawings = [];

    private ArtLibrary(IReadOnlyList<Kind> kinds, Atlas atlas)
    {
        Kinds = kinds;
        KindsByGroup = kinds.GroupBy(kind => kind.Group).ToDictionary(group => group.Key, group => (IReadOnlyList<Kind>)[.. group]);
        foreach (var (style, bitmaps) in atlas.Styles)
        {
            var drawings = new Drawing[kinds.Count][];
            Parallel.For(0, kinds.Count, kind => drawings[kind] = [.. bitmaps[kind].Select(b => new Drawing(b.Bitmap, b.Metrics))]);
            _drawings.Add(style, drawings);
        }
    }

    /// <summary>All kinds, <c>Kinds[i].Id == i</c>.</summary>
    public IReadOnlyList<Kind> Kinds { get; }

    internal IReadOnlyDictionary<string, IReadOnlyList<Kind>> KindsByGroup { get; }

    /// <summary>Rasterises the embedded art on all cores; takes seconds.</summary>
    /// <param name="size">
    /// Long side of each drawing in pixels; 64 suits pictures of 96 pixels, 256 suits large renderings. What a scene shows does not depend on it.
    /// </param>
    public static ArtLibrary Load(int size = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        var kinds = ArtFile.ReadKinds();
        return new ArtLibrary(kinds, Atlas.Rasterize(kinds, size));
    }

    /// <summary>As <see cref="Load(int)"/>, but keeps the result in a file; a file made from other art or at another size is replaced.</summary>
    /// <param name="cacheFile">Path of the atlas file, about 25 MB at size 64.</param>
    /// <param name="size">Long side of each drawing in pixels.</param>
    public static ArtLibrary Load(string cacheFile, int size = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        var kinds = ArtFile.ReadKinds();
        var fingerprint = ArtFile.Fingerprint();
        if (Atlas.TryRead(cacheFile, fingerprint, size, kinds.Count) is not { } atlas)
        {
            atlas = Atlas.Rasterize(kinds, size);
            atlas.Write(cacheFile, fingerprint);
        }

        return new ArtLibrary(kinds, atlas);
    }

    /// <summary>Whether the style has at least one drawing of the kind.</summary>
    public bool Has(string style, int kind) => Drawings(style, kind).Count > 0;

    internal IReadOnlyList<Drawing> Drawings(string style, int kind) => _drawings[style][kind];
}
