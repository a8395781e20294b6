using System.Numerics;
using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>
/// Loshchilov and Hutter 2019, arXiv:1711.05101, over the flat buffers; gradients are clipped by global norm and cleared. On the CPU one fused pass,
/// several times faster than the tensor operations that other devices take; both give the same.
/// </summary>
internal sealed class AdamW
{
    private const float Beta1 = 0.9f, Beta2 = 0.98f, Epsilon = 1e-8f;
    private const long PieceLength = 1 << 18;

    private readonly ParameterStore _parameters;
    private readonly bool _fused;

    /// <param name="parameters">What to train; their rates must be final.</param>
    /// <param name="fused">False takes tensor operations on the CPU, too.</param>
    public AdamW(ParameterStore parameters, bool fused = true)
    {
        _parameters = parameters;
        _fused = fused && parameters.Values.device_type == DeviceType.CPU;
        First = zeros_like(parameters.Values).DetachFromDisposeScope();
        Second = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>Running mean of gradients, [count].</summary>
    public Tensor First { get; }

    /// <summary>Running mean of squared gradients, [count].</summary>
    public Tensor Second { get; }

    public long Steps { get; set; }

    /// <returns>The gradient's norm before clipping; where it is not finite nothing was changed.</returns>
    public float Step(float rate, float decay = 0.05f, float clip = 1f)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var norm = _parameters.Gradients.norm().item<float>();
        if (float.IsFinite(norm))
        {
            Steps++;
            var correction = MathF.Sqrt(1 - MathF.Pow(Beta2, Steps));
            var update = new Update(norm > clip ? clip / norm : 1, rate * correction / (1 - MathF.Pow(Beta1, Steps)), rate * decay, Epsilon * correction);
            if (_fused)
            {
                Parallel.ForEach(Pieces(PieceLength), piece => Fused(piece, update));
            }
            else
            {
                foreach (var piece in Pieces(long.MaxValue))
                {
                    ByTensors(piece, update);
                }
            }
        }

        _parameters.Gradients.zero_();
        return norm;
    }

    /// <summary>What learns, in pieces of one rate each.</summary>
    private List<Piece> Pieces(long length)
    {
        var pieces = new List<Piece>();
        foreach (var parameter in _parameters.Declared.Where(d => !d.IsBuffer && d.Rate > 0).OrderBy(d => d.Offset))
        {
            var piece = new Piece(parameter.Offset, parameter.Offset + parameter.Count, parameter.Rate, parameter.Decay);
            if (pieces is [.., var last] && last.To == piece.From && last.Rate == piece.Rate && last.Decays == piece.Decays)
            {
                pieces[^1] = last with { To = piece.To };
            }
            else
            {
                pieces.Add(piece);
            }
        }

        return [.. pieces.SelectMany(p => p.Cut(length))];
    }

    private void ByTensors(Piece piece, Update update)
    {
        var (p, g) = (Slice(_parameters.Values), Slice(_parameters.Gradients) * update.Scale);
        var (m, v) = (Slice(First), Slice(Second));
        m.mul_(Beta1).add_(g, alpha: 1 - Beta1);
        v.mul_(Beta2).addcmul_(g, g, 1 - Beta2);
        p.mul_(piece.Decays ? 1 - (update.Decay * piece.Rate) : 1).addcdiv_(m, v.sqrt() + update.Epsilon, -update.Step * piece.Rate);

        Tensor Slice(Tensor flat) => flat.detach().narrow(0, piece.From, piece.To - piece.From);
    }

    private void Fused(Piece piece, Update update)
    {
        var p = Span(_parameters.Values, piece);
        var g = Span(_parameters.Gradients, piece);
        var m = Span(First, piece);
        var v = Span(Second, piece);
        var (step, keep) = (update.Step * piece.Rate, piece.Decays ? 1 - (update.Decay * piece.Rate) : 1);
        var i = 0;
        for (; i <= p.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var gradient = new Vector<float>(g[i..]) * update.Scale;
            var first = (new Vector<float>(m[i..]) * Beta1) + (gradient * (1 - Beta1));
            var second = (new Vector<float>(v[i..]) * Beta2) + (gradient * gradient * (1 - Beta2));
            first.CopyTo(m[i..]);
            second.CopyTo(v[i..]);
            ((new Vector<float>(p[i..]) * keep) - (first * step / (Vector.SquareRoot(second) + new Vector<float>(update.Epsilon)))).CopyTo(p[i..]);
        }

        for (; i < p.Length; i++)
        {
            var gradient = g[i] * update.Scale;
            m[i] = (m[i] * Beta1) + (gradient * (1 - Beta1));
            v[i] = (v[i] * Beta2) + (gradient * gradient * (1 - Beta2));
            p[i] = (p[i] * keep) - (m[i] * step / (MathF.Sqrt(v[i]) + update.Epsilon));
        }
    }

    private static unsafe Span<float> Span(Tensor flat, Piece piece)
    {
        var data = flat.bytes;
        fixed (byte* start = data)
        {
            return new Span<float>((float*)start + piece.From, (int)(piece.To - piece.From));
        }
    }

    private readonly record struct Update(float Scale, float Step, float Decay, float Epsilon);

    private readonly record struct Piece(long From, long To, float Rate, bool Decays)
    {
        public IEnumerable<Piece> Cut(long length)
        {
            for (var from = From; from < To; from += Math.Min(length, To - from))
            {
                yield return this with { From = from, To = from + Math.Min(length, To - from) };
            }
        }
    }
}
