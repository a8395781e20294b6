namespace MultiModalMesh.Data.Scenes;

/// <summary>A colour with channels 0..255.</summary>
public readonly record struct Rgb(float R, float G, float B)
{
    internal Rgb Shifted(float r, float g, float b) => new(Math.Clamp(R + r, 0, 255), Math.Clamp(G + g, 0, 255), Math.Clamp(B + b, 0, 255));

    internal float DistanceTo(Rgb other) =>
        MathF.Sqrt((R - other.R) * (R - other.R) + (G - other.G) * (G - other.G) + (B - other.B) * (B - other.B));

    internal float Luminance => 0.299f * R + 0.587f * G + 0.114f * B;
}
