using MultiModalMesh.Data.Drawings;

namespace MultiModalMesh.Data.Scenes;

/// <summary>A scene object together with what the renderer needs: which drawing, and the affine map from art to picture.</summary>
/// <param name="Object">What the scene graph says.</param>
/// <param name="Drawing">The drawing that the map refers to.</param>
/// <param name="Map">Art units (long side = 1, centre of the art at the origin) to picture fractions.</param>
internal sealed record Placement(SceneObject Object, Drawing Drawing, AffineMap Map)
{
    public float Left => Object.CenterX - Object.Width / 2;

    public float Top => Object.CenterY - Object.Height / 2;

    public bool Overlaps(Placement other, float gap) =>
        Math.Abs(Object.CenterX - other.Object.CenterX) < (Object.Width + other.Object.Width) / 2 + gap
        && Math.Abs(Object.CenterY - other.Object.CenterY) < (Object.Height + other.Object.Height) / 2 + gap;
}

/// <summary>x' = Xx x + Xy y + X0; y' = Yx x + Yy y + Y0.</summary>
internal readonly record struct AffineMap(float Xx, float Xy, float X0, float Yx, float Yy, float Y0)
{
    /// <summary>Mirror, then shear and stretch, then rotate clockwise; no shift.</summary>
    public static AffineMap Linear(bool flipped, float shear, float stretch, float degrees)
    {
        var (sin, cos) = MathF.SinCos(degrees * MathF.PI / 180);
        var mirror = flipped ? -1f : 1f;
        // [cos -sin; sin cos] * [stretch shear; 0 1/stretch] * [mirror 0; 0 1]
        float a = stretch * mirror, b = shear, d = 1 / stretch;
        return new AffineMap(cos * a, cos * b - sin * d, 0, sin * a, sin * b + cos * d, 0);
    }

    public (float X, float Y) Apply(float x, float y) => (Xx * x + Xy * y + X0, Yx * x + Yy * y + Y0);

    public AffineMap Scaled(float scale) => new(Xx * scale, Xy * scale, X0 * scale, Yx * scale, Yy * scale, Y0 * scale);

    public AffineMap Shifted(float x, float y) => this with { X0 = X0 + x, Y0 = Y0 + y };

    public AffineMap Inverse()
    {
        var inverse = 1 / (Xx * Yy - Xy * Yx);
        float a = Yy * inverse, b = -Xy * inverse, c = -Yx * inverse, d = Xx * inverse;
        return new AffineMap(a, b, -(a * X0 + b * Y0), c, d, -(c * X0 + d * Y0));
    }
}
