using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Model;

/// <summary>The whole network: vision encoder, text encoder, decoder, and what only training needs (patch class scale, object centres, temperature).</summary>
internal sealed class PictoModel
{
    /// <summary>Channel means and deviations of the pictures in 0..1, part of the pack's preprocessing.</summary>
    public static readonly float[] Mean = [0.5f, 0.5f, 0.5f], Deviation = [0.25f, 0.25f, 0.25f];

    // Zhai et al. 2023: nearly all pairs of a batch are negatives, so a start without this bias would be one large correction.
    private const float InitialSigmoidBias = -10;

    private readonly Tensor _mean, _scale;

    public PictoModel(PictoShape shape, long seed, LowRank? lowRank = null)
    {
        Shape = shape;
        Parameters = new ParameterStore();
        Vision = new VisionEncoder(Parameters, shape);
        Text = new TextEncoder(Parameters, shape);
        Decoder = new Decoder(Parameters, shape);
        Parameters.Constant("patch_class.scale", 2.5f, 1);
        Parameters.Linear("centre", shape.Width, 2, 0.1);
        Parameters.Linear("place", shape.Width, 2, 0.1);
        Parameters.Constant("temperature", MathF.Log(1 / 0.07f), 1);
        Parameters.Constant("sigmoid_bias", InitialSigmoidBias, 1);
        foreach (var weight in lowRank?.Choose(Parameters.Declared) ?? [])
        {
            Parameters.Adapt(weight, lowRank!.Rank, lowRank.Alpha);
        }

        Parameters.Freeze(seed);
        Vision.Initialize();
        Decoder.Initialize();
        _mean = tensor(Mean).view(1, 3, 1, 1).DetachFromDisposeScope();
        _scale = (1 / tensor(Deviation)).view(1, 3, 1, 1).DetachFromDisposeScope();
    }

    public PictoShape Shape { get; }

    public ParameterStore Parameters { get; }

    public VisionEncoder Vision { get; }

    public TextEncoder Text { get; }

    public Decoder Decoder { get; }

    /// <summary>[batch, height, width, 3] bytes to normalised [batch, 3, height, width].</summary>
    public Tensor Normalize(Tensor bytes) => ((bytes.permute(0, 3, 1, 2).to(float32) / 255 - _mean) * _scale).to(Parameters.Precision);
}
