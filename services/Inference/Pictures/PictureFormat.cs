namespace MultiModalMesh.Inference.Pictures;

/// <summary>The encoded formats that are read.</summary>
public enum PictureFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,

    /// <summary>AVIF, and HEIF where its pictures are coded in AV1.</summary>
    Avif,
}

/// <summary>Recognises a format by its first bytes, so that only the decoder meant for it ever sees the file.</summary>
internal static class PictureSignature
{
    /// <summary>The names of all formats, for messages.</summary>
    public const string Supported = "JPEG, PNG, WebP, GIF, AVIF";

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8, 0xFF];

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static PictureFormat? Recognise(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(JpegStart))
        {
            return PictureFormat.Jpeg;
        }

        if (bytes.StartsWith(PngStart))
        {
            return PictureFormat.Png;
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            return PictureFormat.Gif;
        }

        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
        {
            return PictureFormat.WebP;
        }

        return bytes.Length >= 12 && bytes[4..].StartsWith("ftyp"u8) && IsHeifBrand(bytes[8..12]) ? PictureFormat.Avif : null;
    }

    private static bool IsHeifBrand(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8)
        || brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8);
}
