namespace MultiModalMesh.Datasets.Examples;

/// <summary>The files that the product's picture decoder takes.</summary>
public static class PictureFiles
{
    private static readonly HashSet<string> Extensions = new([".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic", ".heif"], StringComparer.OrdinalIgnoreCase);

    /// <summary>By its name.</summary>
    public static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path));

    /// <summary>By its first bytes, whatever it is called: <c>image/jpeg</c> and so on, or <c>application/octet-stream</c>.</summary>
    public static string MediaTypeOf(ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, ..] => "image/jpeg",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h', (byte)'e', ..] => "image/heic",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "image/avif",
        _ => "application/octet-stream",
    };
}
