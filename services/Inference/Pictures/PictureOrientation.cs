namespace MultiModalMesh.Inference.Pictures;

/// <summary>Turns a picture as its EXIF orientation tag (1 to 8) says.</summary>
internal static class PictureOrientation
{
    public static Picture Upright(Picture picture, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return picture;
        }

        var swaps = orientation >= 5;
        var (width, height) = swaps ? (picture.Height, picture.Width) : (picture.Width, picture.Height);
        var rgb = new byte[picture.Rgb.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sx, sy) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, width - 1 - x),
                    7 => (height - 1 - y, width - 1 - x),
                    _ => (height - 1 - y, x),
                };
                var source = ((sy * picture.Width) + sx) * Picture.Channels;
                picture.Rgb.AsSpan(source, Picture.Channels).CopyTo(rgb.AsSpan(((y * width) + x) * Picture.Channels));
            }
        }

        return new Picture(width, height, rgb);
    }
}
