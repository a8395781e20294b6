namespace MultiModalMesh.Data.Scenes;

/// <summary>How one object differs from its drawing. Few styles of art exist; these changes keep a model from learning them by heart.</summary>
/// <param name="Colours">Linear colour change.</param>
/// <param name="Shade">Brightness added from one side to the other, -1..1 times 255.</param>
/// <param name="ShadeX">Direction of the shading, unit vector.</param>
/// <param name="ShadeY">Direction of the shading, unit vector.</param>
/// <param name="Grain">Amplitude of per-pixel texture, 0..255.</param>
/// <param name="Warp">Amplitude of the elastic deformation as a share of the long side.</param>
/// <param name="WarpCycles">Waves of the deformation along the long side.</param>
/// <param name="WarpPhase">Phase of the deformation in radians.</param>
internal sealed record ObjectVariation(
    ColourJitter Colours, float Shade, float ShadeX, float ShadeY, float Grain, float Warp, float WarpCycles, float WarpPhase)
{
    public static ObjectVariation None { get; } = new(ColourJitter.None, 0, 0, 0, 0, 0, 0, 0);

    public static ObjectVariation Draw(RandomStream random)
    {
        var colours = ColourJitter.Draw(random);
        var (shadeY, shadeX) = MathF.SinCos(random.Between(0, 2 * MathF.PI));
        var shade = random.Chance(0.3) ? random.Between(0.05f, 0.2f) : 0;
        var grain = random.Chance(0.2) ? random.Between(6, 26) : 0;
        var warp = random.Chance(0.4) ? random.Between(0.006f, 0.022f) : 0;
        return new ObjectVariation(colours, shade, shadeX, shadeY, grain, warp, random.Between(0.8f, 2.2f), random.Between(0, 2 * MathF.PI));
    }

    /// <summary>Moves a point of the drawing; coordinates are pixels of a bitmap with the given long side.</summary>
    public (float U, float V) Deform(float u, float v, float side)
    {
        var turns = 2 * MathF.PI * WarpCycles / side;
        return (u + Warp * side * MathF.Sin(v * turns + WarpPhase), v + Warp * side * MathF.Sin(u * turns + 2 * WarpPhase));
    }

    /// <summary>What is added to each channel at a place of the layer, both coordinates -0.5..0.5.</summary>
    public float Light(float x, float y, RandomStream random) =>
        Shade * 255 * (x * ShadeX + y * ShadeY) * 2 + (Grain > 0 ? random.Between(-Grain, Grain) : 0);
}
