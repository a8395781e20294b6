using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>
/// From a picture to what a vision encoder reads, as <c>preprocessor_config.json</c> says: resize, centre crop, rescale, normalise, in this order.
/// Safe for concurrent use.
/// </summary>
public sealed class PicturePreprocessor
{
    // A picture one pixel high becomes huge when its shorter edge is enlarged.
    private const long MaxResizedPixels = 16L << 20;

    private readonly PicturePreprocessing _settings;
    private readonly float[][] _values;
    private readonly bool _isExact;

    /// <param name="settings">What to do.</param>
    /// <param name="isExact">
    /// As the reference does it to the byte: transparency is dropped and not blended, and a large picture is decoded at full size.
    /// </param>
    internal PicturePreprocessor(PicturePreprocessing settings, bool isExact = false)
    {
        _settings = settings;
        _isExact = isExact;
        _values = [.. Enumerable.Range(0, Picture.Channels).Select(c => BuildTable(settings, c))];
    }

    /// <summary>Reads a <c>preprocessor_config.json</c>.</summary>
    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static PicturePreprocessor Load(string path) => new(PicturePreprocessing.Read(path));

    /// <summary>Reads a <c>preprocessor_config.json</c> as it is published, and does to a picture exactly what the reference does.</summary>
    /// <exception cref="MeshException">PackInvalid: names the file and the field.</exception>
    public static PicturePreprocessor LoadPublished(string path) => new(PicturePreprocessing.ReadPublished(path), isExact: true);

    /// <summary>How long the shorter edge of a picture has to be, in pixels; 0 where it is needed at full size.</summary>
    public int ShortestEdge => _settings.Resize && !_isExact ? _settings.ShortestEdge ?? Math.Min(_settings.Height, _settings.Width) : 0;

    /// <summary>Whether the colour of a transparent pixel is taken as it is, where otherwise it is blended on white.</summary>
    public bool DropsTransparency => _isExact;

    /// <summary>Null for a picture that is seen as one.</summary>
    internal PictureTiling? Tiling => _settings.Tiling;

    /// <summary>Height and width of the result in pixels, or null where they depend on the picture.</summary>
    public (int Height, int Width)? OutputSize =>
        _settings.Tiling is { } tiling ? (tiling.TileEdge, tiling.TileEdge)
        : _settings.CenterCrop ? (_settings.CropHeight, _settings.CropWidth)
        : _settings.Resize && _settings.ShortestEdge is null ? (_settings.Height, _settings.Width)
        : null;

    /// <summary>What the vision encoder sees of a picture.</summary>
    /// <exception cref="MeshException">ImageTooLarge: so elongated that resizing it would take too much memory.</exception>
    public PreparedPicture Prepare(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (_settings.Tiling is not { } tiling)
        {
            return new PreparedPicture([Fit(picture)], 0, 0);
        }

        var (width, height) = tiling.FitLongest(picture);
        CheckResized(picture, width, height);
        return tiling.Cut(PillowResampler.Resize(picture, width, height, _settings.Filter), _settings.Filter);
    }

    /// <summary>Resized and cropped bytes.</summary>
    public Picture Fit(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (_settings.Resize)
        {
            var (width, height) = ResizedSize(picture);
            CheckResized(picture, width, height);
            picture = PillowResampler.Resize(picture, width, height, _settings.Filter);
        }

        return _settings.CenterCrop ? Crop(picture, _settings.CropWidth, _settings.CropHeight) : picture;
    }

    /// <summary>Row-major <c>[3, height, width]</c>, rescaled and normalised; the caller owns the array.</summary>
    public float[] PixelValues(Picture picture)
    {
        var fitted = Fit(picture);
        var output = new float[fitted.Rgb.Length];
        WritePixelValues(fitted, output);
        return output;
    }

    /// <summary>Rescales and normalises a view of a <see cref="PreparedPicture"/>.</summary>
    /// <param name="view">Of the size that the encoder takes.</param>
    /// <param name="output">Receives row-major <c>[3, height, width]</c>.</param>
    internal void WritePixelValues(Picture view, Span<float> output)
    {
        var plane = view.Width * view.Height;
        for (var channel = 0; channel < Picture.Channels; channel++)
        {
            var values = _values[channel];
            var target = output.Slice(channel * plane, plane);
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = values[view.Rgb[(i * Picture.Channels) + channel]];
            }
        }
    }

    private static void CheckResized(Picture picture, int width, int height)
    {
        var pixels = Math.Max((long)width * height, (long)width * picture.Height); // the second is what the horizontal pass leaves
        if (pixels > Math.Max(MaxResizedPixels, (long)picture.Width * picture.Height))
        {
            throw new MeshException(
                ErrorReason.ImageTooLarge,
                $"The picture of {picture.Width} x {picture.Height} is too elongated: resizing it for the model takes {pixels} pixels; at most {MaxResizedPixels} are allowed.");
        }
    }

    private (int Width, int Height) ResizedSize(Picture picture)
    {
        if (_settings.ShortestEdge is not { } shortest)
        {
            return (_settings.Width, _settings.Height);
        }

        // Truncated, not rounded: the reference does the same.
        var (width, height) = (picture.Width, picture.Height);
        return width <= height ? (shortest, Long(height, width)) : (Long(width, height), shortest);

        int Long(int longer, int shorter) => (int)Math.Min(int.MaxValue, (double)shortest * longer / shorter);
    }

    private static Picture Crop(Picture picture, int width, int height)
    {
        if (picture.Width == width && picture.Height == height)
        {
            return picture;
        }

        // A picture smaller than the crop is centred on black; halves are rounded as the reference rounds them.
        var left = Offset(picture.Width, width);
        var top = Offset(picture.Height, height);
        var output = new byte[width * height * Picture.Channels];
        for (var y = Math.Max(0, -top); y < height && y + top < picture.Height; y++)
        {
            var x = Math.Max(0, -left);
            var count = Math.Min(width, picture.Width - left) - x;
            picture.Rgb.AsSpan((((y + top) * picture.Width) + x + left) * Picture.Channels, count * Picture.Channels)
                .CopyTo(output.AsSpan(((y * width) + x) * Picture.Channels));
        }

        return new Picture(width, height, output);
    }

    private static int Offset(int size, int crop) => size >= crop ? (size - crop) / 2 : -((crop - size + 1) / 2);

    private static float[] BuildTable(PicturePreprocessing settings, int channel)
    {
        var table = new float[256];
        for (var value = 0; value < table.Length; value++)
        {
            var scaled = settings.Rescale ? value * settings.RescaleFactor : value;
            table[value] = (float)(settings.Normalize ? (scaled - settings.Mean[channel]) / settings.Deviation[channel] : scaled);
        }

        return table;
    }
}
