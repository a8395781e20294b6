using System.Numerics;
using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Loshchilov and Hutter 2019, arXiv:1711.05101, as one fused pass over the flat buffers; gradients are clipped by global norm and cleared.</summary>
internal sealed class AdamW
{
    private const float Beta1 = 0.9f, Beta2 = 0.98f, Epsilon = 1e-8f;

    private readonly ParameterStore _parameters;

    public AdamW(ParameterStore parameters)
    {
        _parameters = parameters;
        First = zeros_like(parameters.Values).DetachFromDisposeScope();
        Second = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>Running mean of gradients, [count].</summary>
    public Tensor First { get; }

    /// <summary>Running mean of squared gradients, [count].</summary>
    public Tensor Second { get; }

    public long Steps { get; set; }

    /// <returns>The gradient's norm before clipping.</returns>
    public float Step(float rate, float decay = 0.05f, float clip = 1f)
    {
        var norm = _parameters.Gradients.norm().item<float>();
        if (!float.IsFinite(norm))
        {
            _parameters.Gradients.zero_();
            return norm;
        }

        Steps++;
        var scale = norm > clip ? clip / norm : 1;
        var correction = MathF.Sqrt(1 - MathF.Pow(Beta2, Steps));
        var step = rate * correction / (1 - MathF.Pow(Beta1, Steps));
        var count = (int)_parameters.Values.numel();
        var decayed = (int)_parameters.Decayed;
        var half = count / 2;
        Parallel.Invoke(() => Range(0, half), () => Range(half, count));
        return norm;

        void Range(int from, int to)
        {
            if (from < decayed)
            {
                Update(from, Math.Min(to, decayed), scale, step, 1 - (rate * decay), Epsilon * correction);
            }

            if (to > decayed)
            {
                Update(Math.Max(from, decayed), to, scale, step, 1, Epsilon * correction);
            }
        }
    }

    private unsafe void Update(int from, int to, float scale, float step, float keep, float epsilon)
    {
        var p = Span(_parameters.Values, from, to);
        var g = Span(_parameters.Gradients, from, to);
        var m = Span(First, from, to);
        var v = Span(Second, from, to);
        var i = 0;
        for (; i <= p.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = new Vector<float>(g[i..]) * scale;
            var first = (new Vector<float>(m[i..]) * Beta1) + (gradient * (1 - Beta1));
            var second = (new Vector<float>(v[i..]) * Beta2) + (gradient * gradient * (1 - Beta2));
            first.CopyTo(m[i..]);
            second.CopyTo(v[i..]);
            ((new Vector<float>(p[i..]) * keep) - (first * step / (Vector.SquareRoot(second) + new Vector<float>(epsilon)))).CopyTo(p[i..]);
        }

        for (; i < p.Length; i++)
        {
            var gradient = g[i] * scale;
            m[i] = (m[i] * Beta1) + (gradient * (1 - Beta1));
            v[i] = (v[i] * Beta2) + (gradient * gradient * (1 - Beta2));
            p[i] = (p[i] * keep) - (m[i] * step / (MathF.Sqrt(v[i]) + epsilon));
        }

        g.Clear();
    }

    private static unsafe Span<float> Span(Tensor flat, int from, int to)
    {
        var data = flat.bytes;
        fixed (byte* start = data)
        {
            return new Span<float>((float*)start + from, to - from);
        }
    }
}
