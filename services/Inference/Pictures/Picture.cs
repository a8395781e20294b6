namespace MultiModalMesh.Inference.Pictures;

/// <summary>A decoded picture, upright.</summary>
/// <param name="Width">Pixels, at least 1.</param>
/// <param name="Height">Pixels, at least 1.</param>
/// <param name="Rgb">Row-major <c>[height, width, 3]</c>, sRGB, 8 bits a channel. Owned by this object; do not write to it.</param>
public sealed record Picture(int Width, int Height, byte[] Rgb)
{
    public const int Channels = 3;
}
