namespace MultiModalMesh.Inference.Pictures;

/// <summary>What a picture is, without its pixels.</summary>
/// <param name="Format">Of the file.</param>
/// <param name="Width">Pixels, as the picture is shown (orientation applied).</param>
/// <param name="Height">Pixels, as the picture is shown.</param>
public sealed record PictureInfo(PictureFormat Format, int Width, int Height)
{
    /// <summary>Such as <c>image/jpeg</c>.</summary>
    public string MediaType => Format switch
    {
        PictureFormat.Jpeg => "image/jpeg",
        PictureFormat.Png => "image/png",
        PictureFormat.WebP => "image/webp",
        PictureFormat.Gif => "image/gif",
        _ => "image/avif",
    };
}
