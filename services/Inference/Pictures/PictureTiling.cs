namespace MultiModalMesh.Inference.Pictures;

/// <summary>How Idefics3 models see a picture: cut into square tiles, and once as a whole.</summary>
/// <param name="LongestEdge">The picture is resized to this first; null where it is not.</param>
/// <param name="TileEdge">Height and width of a tile, in pixels.</param>
/// <param name="Splits">False: only the whole picture is shown.</param>
internal sealed record PictureTiling(int? LongestEdge, int TileEdge, bool Splits)
{
    // No picture is made larger than this on its way, whatever the configuration asks for (Idefics3ImageProcessor has the same bound).
    private const int LargestEdge = 4096;

    /// <summary>Tiles that a picture can come to, the whole picture included.</summary>
    public int MaxViews => Splits && LongestEdge is { } edge && Ceiling(Math.Min(edge, LargestEdge), TileEdge) is > 1 and var side ? (side * side) + 1 : 1;

    /// <summary>The size with this longer edge; the other one is truncated and then made even, as the reference does it.</summary>
    public (int Width, int Height) FitLongest(Picture picture)
    {
        if (LongestEdge is not { } edge)
        {
            return (picture.Width, picture.Height);
        }

        var ratio = (double)picture.Width / picture.Height;
        var (width, height) = picture.Width >= picture.Height ? (edge, Even((int)(edge / ratio))) : (Even((int)(edge * ratio)), edge);
        (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
        if (Math.Max(width, height) <= LargestEdge)
        {
            return (width, height);
        }

        ratio = (double)width / height;
        return width >= height
            ? (LargestEdge, Math.Max(1, (int)(LargestEdge / ratio)))
            : (Math.Max(1, (int)(LargestEdge * ratio)), LargestEdge);
    }

    /// <summary>Cuts a picture that is resized already; the last of the tiles is the whole.</summary>
    /// <returns>Pictures of <see cref="TileEdge"/> by <see cref="TileEdge"/>; rows and columns are 0 where only the whole is shown.</returns>
    public PreparedPicture Cut(Picture picture, ResamplingFilter filter)
    {
        if (!Splits)
        {
            return new PreparedPicture([PillowResampler.Resize(picture, TileEdge, TileEdge, filter)], 0, 0);
        }

        // To multiples of a tile, each edge by itself: the shape changes a little, and no tile has to be filled up.
        var (rows, columns) = Grid(picture);
        picture = PillowResampler.Resize(picture, columns * TileEdge, rows * TileEdge, filter);
        if (rows == 1 && columns == 1)
        {
            return new PreparedPicture([picture], 0, 0);
        }

        var views = new List<Picture>((rows * columns) + 1);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                views.Add(Tile(picture, row, column));
            }
        }

        views.Add(PillowResampler.Resize(picture, TileEdge, TileEdge, filter));
        return new PreparedPicture(views, rows, columns);
    }

    private static int Even(int size) => size + (size % 2);

    private (int Rows, int Columns) Grid(Picture picture)
    {
        var ratio = (double)picture.Width / picture.Height;
        if (picture.Width >= picture.Height)
        {
            var columns = Ceiling(picture.Width, TileEdge);
            return (Math.Max(1, Ceiling((int)(columns * TileEdge / ratio), TileEdge)), columns);
        }

        var rows = Ceiling(picture.Height, TileEdge);
        return (rows, Math.Max(1, Ceiling((int)(rows * TileEdge * ratio), TileEdge)));
    }

    private Picture Tile(Picture picture, int row, int column)
    {
        var stride = TileEdge * Picture.Channels;
        var rgb = new byte[TileEdge * stride];
        for (var y = 0; y < TileEdge; y++)
        {
            var source = ((((row * TileEdge) + y) * picture.Width) + (column * TileEdge)) * Picture.Channels;
            picture.Rgb.AsSpan(source, stride).CopyTo(rgb.AsSpan(y * stride));
        }

        return new Picture(TileEdge, TileEdge, rgb);
    }

    private static int Ceiling(int size, int tile) => (size + tile - 1) / tile;
}
