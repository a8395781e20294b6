namespace MultiModalMesh.Trainer.Model;

/// <param name="Decay">Whether weight decay applies.</param>
/// <param name="Deviation">Of the initial values; 0 where they are all <paramref name="Value"/>.</param>
internal sealed record ParameterDeclaration(string Name, long[] Shape, bool Decay, double Deviation, float Value, bool IsBuffer = false)
{
    /// <summary>First value in the flat buffers; -1 for a buffer.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Factor of the learning rate; 0 is frozen.</summary>
    public float Rate { get; set; } = 1;

    public long Count => Shape.Aggregate(1L, (a, b) => a * b);
}
