namespace MultiModalMesh.Inference.Encoders;

/// <summary>Scales vectors to length 1; published exports leave that to the caller, ours have it in the graph.</summary>
internal static class UnitLength
{
    /// <summary>A new vector of the same direction; zero stays zero.</summary>
    public static float[] Of(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var value in vector)
        {
            sum += (double)value * value;
        }

        var scale = sum > 0 ? 1 / Math.Sqrt(sum) : 0;
        var unit = new float[vector.Length];
        for (var i = 0; i < unit.Length; i++)
        {
            unit[i] = (float)(vector[i] * scale);
        }

        return unit;
    }
}
