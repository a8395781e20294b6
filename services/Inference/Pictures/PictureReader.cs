using MultiModalMesh.Errors;
using NetVips;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>
/// Decodes one picture with libvips, on the calling thread: checks limits on the header, then decodes, converts to sRGB, blends
/// transparency on white (or drops it) and turns the picture upright.
/// </summary>
internal static class PictureReader
{
    // A reduced JPEG or WebP decode must stay this much larger than the target, so that the resampler still has detail to average.
    private const int ShrinkMargin = 2;

    // Damage is reported to the caller; a flood of bad pictures must not flood standard error too. Kept alive for native code.
    private static readonly Log.LogDelegate Silence = (_, _, _) => { };

    static PictureReader()
    {
        _ = Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, Silence);

        // Parallelism comes from the decoder pool; threads and cached operations of libvips would multiply with it.
        NetVips.NetVips.Concurrency = 1;
        NetVips.NetVips.BlockUntrusted = true;
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;
    }

    /// <param name="bytes">The encoded file.</param>
    /// <param name="limits">Checked before decoding.</param>
    /// <param name="shortestEdge">The caller needs no more than this for the shorter edge, in pixels; 0: all there is.</param>
    /// <param name="dropsTransparency">Take the colour of a transparent pixel as it is, instead of blending it on white.</param>
    /// <exception cref="MeshException">Too large, of an unknown format, or unreadable.</exception>
    public static Picture Read(ReadOnlyMemory<byte> bytes, PictureLimits limits, int shortestEdge, bool dropsTransparency = false)
    {
        var format = Recognise(bytes, limits);
        var buffer = ArrayOf(bytes);
        try
        {
            int divisor;
            using (var header = Open(buffer, format, 1))
            {
                Check(header, limits);
                divisor = Divisor(header, format, shortestEdge);
            }

            using var image = Open(buffer, format, divisor);
            return Decode(image, dropsTransparency);
        }
        catch (VipsException e)
        {
            throw Unreadable(format, e);
        }
    }

    /// <summary>Looks at all of a picture without keeping its pixels: what it is, and that it is whole.</summary>
    /// <param name="bytes">The encoded file.</param>
    /// <param name="limits">Checked before decoding.</param>
    /// <exception cref="MeshException">Too large, of an unknown format, or unreadable.</exception>
    public static PictureInfo Inspect(ReadOnlyMemory<byte> bytes, PictureLimits limits)
    {
        var format = Recognise(bytes, limits);
        var buffer = ArrayOf(bytes);
        try
        {
            using var header = Open(buffer, format, 1);
            Check(header, limits);
            using (var image = Open(buffer, format, Divisor(header, format, shortestEdge: 1)))
            {
                // The average needs every pixel once, line by line: damage anywhere shows, and memory stays small.
                image.Avg();
            }

            var (width, height) = Orientation(header) >= 5 ? (header.Height, header.Width) : (header.Width, header.Height);
            return new PictureInfo(format, width, height);
        }
        catch (VipsException e)
        {
            throw Unreadable(format, e);
        }
    }

    private static PictureFormat Recognise(ReadOnlyMemory<byte> bytes, PictureLimits limits)
    {
        if (bytes.Length > limits.MaxBytes)
        {
            throw TooLarge("bytes", bytes.Length, limits.MaxBytes, "MaxBytes");
        }

        return PictureSignature.Recognise(bytes.Span)
            ?? throw new MeshException(
                bytes.IsEmpty ? ErrorReason.ImageUnreadable : ErrorReason.ImageFormatUnsupported,
                bytes.IsEmpty ? "The picture is empty." : $"The bytes are no picture of a supported format; supported: {PictureSignature.Supported}.");
    }

    private static MeshException Unreadable(PictureFormat format, VipsException cause) =>
        new(ErrorReason.ImageUnreadable, $"The picture looks like {format} but cannot be decoded; it is damaged or cut short.", cause);

    private static int Orientation(Image image) => image.Contains("orientation")
        ? Convert.ToInt32(image.Get("orientation"), System.Globalization.CultureInfo.InvariantCulture)
        : 1;

    private static Image Open(byte[] buffer, PictureFormat format, int divisor) => format switch
    {
        PictureFormat.Jpeg => Image.JpegloadBuffer(buffer, shrink: divisor, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        PictureFormat.Png => Image.PngloadBuffer(buffer, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        PictureFormat.WebP => Image.WebploadBuffer(buffer, scale: 1.0 / divisor, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        PictureFormat.Gif => Image.GifloadBuffer(buffer, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        PictureFormat.Avif => Image.HeifloadBuffer(buffer, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    private static void Check(Image header, PictureLimits limits)
    {
        var pixels = (long)header.Width * header.Height;
        if (pixels > limits.MaxPixels)
        {
            throw TooLarge("pixels", pixels, limits.MaxPixels, "MaxPixels");
        }

        var frames = header.Contains("n-pages") ? Convert.ToInt64(header.Get("n-pages"), System.Globalization.CultureInfo.InvariantCulture) : 1;
        if (frames > limits.MaxFrames)
        {
            throw TooLarge("frames", frames, limits.MaxFrames, "MaxFrames");
        }
    }

    private static int Divisor(Image header, PictureFormat format, int shortestEdge)
    {
        var divisor = 1;
        if (shortestEdge > 0 && format is PictureFormat.Jpeg or PictureFormat.WebP)
        {
            while (divisor < 8 && Math.Min(header.Width, header.Height) / (divisor * 2) >= (long)shortestEdge * ShrinkMargin)
            {
                divisor *= 2;
            }
        }

        return divisor;
    }

    private static Picture Decode(Image image, bool dropsTransparency)
    {
        var orientation = Orientation(image);
        List<Image> steps = [];
        try
        {
            var current = image;
            if (current.Interpretation != Enums.Interpretation.Srgb || current.Bands < Picture.Channels)
            {
                Step(current.Colourspace(Enums.Interpretation.Srgb));
            }

            if (current.HasAlpha() && !dropsTransparency)
            {
                Step(current.Flatten(background: [255.0]));
            }

            if (current.Format != Enums.BandFormat.Uchar)
            {
                Step(current.Cast(Enums.BandFormat.Uchar));
            }

            if (current.Bands != Picture.Channels)
            {
                Step(current.ExtractBand(0, n: Picture.Channels));
            }

            return PictureOrientation.Upright(new Picture(current.Width, current.Height, current.WriteToMemory<byte>()), orientation);

            void Step(Image next)
            {
                steps.Add(next);
                current = next;
            }
        }
        finally
        {
            steps.ForEach(s => s.Dispose());
        }
    }

    private static byte[] ArrayOf(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();

    private static MeshException TooLarge(string unit, long actual, long limit, string option) =>
        new(ErrorReason.ImageTooLarge, $"The picture has {actual} {unit}; at most {limit} are allowed ({option}).")
        {
            Metadata = new Dictionary<string, string>
            {
                ["limit"] = limit.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["actual"] = actual.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
}
