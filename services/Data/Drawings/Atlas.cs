using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Drawings;

/// <summary>The rasterised art as one file, so that a second start need not rasterise again.</summary>
/// <param name="Size">Long side of the bitmaps in pixels.</param>
/// <param name="Styles">Per style and kind: each drawing's bitmap and, at <see cref="Drawing.MetricsSize"/>, the one that the layout measures.</param>
internal sealed record Atlas(int Size, IReadOnlyDictionary<string, (Bitmap Bitmap, Bitmap Metrics)[][]> Styles)
{
    private const string Magic = "MMART1";

    /// <summary>Rasterises the embedded art on all cores.</summary>
    public static Atlas Rasterize(IReadOnlyList<Kind> kinds, int size)
    {
        var styles = new Dictionary<string, (Bitmap, Bitmap)[][]>();
        foreach (var style in Scenes.Styles.All)
        {
            var art = ArtFile.ReadStyle(style);
            var ofStyle = new (Bitmap, Bitmap)[kinds.Count][];
            Parallel.For(0, kinds.Count, kind =>
            {
                ofStyle[kind] = [.. art.GetValueOrDefault(kinds[kind].Singular, []).Select(svg => Rasterize(svg, size))];
            });
            styles.Add(style, ofStyle);
        }

        return new Atlas(size, styles);
    }

    /// <summary>Reads an atlas, or returns null if the file is missing, cut short or made from other art or at another size.</summary>
    public static Atlas? TryRead(string path, string fingerprint, int size, int kindCount)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 16));
            if (reader.ReadString() != Magic || reader.ReadString() != fingerprint || reader.ReadInt32() != size)
            {
                return null;
            }

            var styles = new Dictionary<string, (Bitmap, Bitmap)[][]>();
            foreach (var style in Scenes.Styles.All)
            {
                var ofStyle = new (Bitmap, Bitmap)[kindCount][];
                for (var kind = 0; kind < kindCount; kind++)
                {
                    ofStyle[kind] = new (Bitmap, Bitmap)[reader.ReadByte()];
                    for (var i = 0; i < ofStyle[kind].Length; i++)
                    {
                        var bitmap = ReadBitmap(reader);
                        ofStyle[kind][i] = (bitmap, size == Drawing.MetricsSize ? bitmap : ReadBitmap(reader));
                    }
                }

                styles.Add(style, ofStyle);
            }

            return new Atlas(size, styles);
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Writes to a file beside it first: a reader never sees half an atlas.</summary>
    public void Write(string path, string fingerprint)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = $"{full}.{Guid.NewGuid():N}";
        using (var writer = new BinaryWriter(new BufferedStream(File.Create(partial), 1 << 16)))
        {
            writer.Write(Magic);
            writer.Write(fingerprint);
            writer.Write(Size);
            foreach (var drawings in Scenes.Styles.All.SelectMany(style => Styles[style]))
            {
                writer.Write((byte)drawings.Length);
                foreach (var (bitmap, metrics) in drawings)
                {
                    WriteBitmap(writer, bitmap);
                    if (Size != Drawing.MetricsSize)
                    {
                        WriteBitmap(writer, metrics);
                    }
                }
            }
        }

        File.Move(partial, full, overwrite: true);
    }

    private static (Bitmap, Bitmap) Rasterize(string svg, int size)
    {
        var metrics = SvgRasterizer.Rasterize(svg, Drawing.MetricsSize);
        return (size == Drawing.MetricsSize ? metrics : SvgRasterizer.Rasterize(svg, size), metrics);
    }

    private static Bitmap ReadBitmap(BinaryReader reader)
    {
        int width = reader.ReadUInt16(), height = reader.ReadUInt16();
        var pixels = new byte[width * height * 4];
        reader.BaseStream.ReadExactly(pixels);
        return new Bitmap(width, height, pixels);
    }

    private static void WriteBitmap(BinaryWriter writer, Bitmap bitmap)
    {
        writer.Write((ushort)bitmap.Width);
        writer.Write((ushort)bitmap.Height);
        writer.Write(bitmap.Pixels);
    }
}
