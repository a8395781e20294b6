namespace MultiModalMesh.Inference.Packs;

/// <summary>
/// How far from the pictures that a pack was calibrated on another may be, in the units of <see cref="PackFiles.Familiarity"/>. The words of an answer
/// are as sure about noise as about a dog; whether there can be a dog has to be seen in the picture.
/// </summary>
/// <param name="Near">Nothing is taken from the confidence of an answer about a picture that is no further away.</param>
/// <param name="Far">From here on nothing is left of it.</param>
public sealed record FamiliarDistances(double Near, double Far)
{
    /// <returns>What is left of the confidence, 0..1.</returns>
    public double Share(double distance) => double.IsNaN(distance) ? 0 : Math.Clamp((Far - distance) / (Far - Near), 0, 1);
}
