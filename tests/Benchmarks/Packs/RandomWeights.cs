using System.Text;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>Parameters that are random and always the same: a tensor's values depend on the seed, its name and its shape only.</summary>
internal sealed class RandomWeights(ulong seed)
{
    private readonly Dictionary<string, Tensor> _declared = new(StringComparer.Ordinal);

    /// <summary>A matrix or table whose products keep the variance of what they are applied to.</summary>
    /// <param name="name">Of the tensor.</param>
    /// <param name="inputs">How many numbers a product sums up.</param>
    /// <param name="shape">Of the tensor.</param>
    public string Matrix(string name, long inputs, params long[] shape) => Declare(name, shape, 0, MathF.Sqrt(3f / inputs));

    /// <summary>A bias: small.</summary>
    public string Bias(string name, long width) => Declare(name, [width], 0, 0.02f);

    /// <summary>A scale of a normalisation: near 1.</summary>
    public string Scale(string name, long width) => Declare(name, [width], 1, 0.02f);

    /// <summary>A table of given values.</summary>
    public string Table(string name, long[] shape, float[] values)
    {
        _declared[name] = new Tensor(shape, () => values);
        return name;
    }

    /// <summary>Sets a row of a matrix to zero.</summary>
    public void ZeroRow(string name, int row)
    {
        var (shape, create) = _declared[name];
        _declared[name] = new Tensor(shape, () =>
        {
            var values = create();
            var width = values.Length / (int)shape[0];
            values.AsSpan(row * width, width).Clear();
            return values;
        });
    }

    public (long[] Shape, float[] Values) Read(string name) => (_declared[name].Shape, _declared[name].Create());

    private string Declare(string name, long[] shape, float centre, float range)
    {
        _declared[name] = new Tensor(shape, () => Uniform(name, shape, centre, range));
        return name;
    }

    private float[] Uniform(string name, long[] shape, float centre, float range)
    {
        var state = seed;
        foreach (var letter in Encoding.UTF8.GetBytes(name))
        {
            state = (state ^ letter) * 0x100000001b3;
        }

        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            // SplitMix64; 24 of its bits make a float between -1 and 1.
            state += 0x9e3779b97f4a7c15;
            var bits = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
            bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
            values[i] = centre + (range * (((bits >> 40) * (2f / (1 << 24))) - 1));
        }

        return values;
    }

    private sealed record Tensor(long[] Shape, Func<float[]> Create);
}
