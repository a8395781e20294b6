using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Model;

/// <summary>
/// Convolutional stem (Xiao et al. 2021, arXiv:2106.14881) to one token per patch, Transformer blocks, then two heads: patch features in the decoder's
/// width, and one contrastive embedding by attention pooling.
/// </summary>
internal sealed class VisionEncoder
{
    /// <summary>The stem: name, input channels, output channels, stride, padding, whether its output is added to its input.</summary>
    public static readonly (string Name, int Inputs, int Outputs, int Stride, int Padding, bool Residual)[] Stem =
    [
        ("vision.stem.0", 3, 32, 2, 1, false), ("vision.stem.1", 32, 64, 2, 1, false), ("vision.stem.2", 64, 64, 1, 1, true), ("vision.stem.3", 64, 64, 1, 1, true),
        ("vision.stem.4", 64, 192, 3, 0, false), ("vision.stem.5", 192, 192, 1, 1, true), ("vision.stem.6", 192, 192, 1, 1, true),
    ];

    public const double NormEpsilon = 1e-5;

    private readonly ParameterStore _parameters;
    private readonly PictoShape _shape;
    private readonly TransformerBlock[] _blocks;

    public VisionEncoder(ParameterStore parameters, PictoShape shape)
    {
        _parameters = parameters;
        _shape = shape;
        _blocks = [.. Enumerable.Range(0, shape.VisionBlocks).Select(i => new TransformerBlock(parameters, $"vision.blocks.{i}", shape, shape.VisionBlocks))];
        foreach (var (name, inputs, outputs, _, _, _) in Stem)
        {
            parameters.Normal(name + ".weight", Math.Sqrt(2.0 / (9 * inputs)), outputs, inputs, 3, 3);
            parameters.Norm(name + ".norm", outputs);
            parameters.Buffer(name + ".norm.mean", 0, outputs);
            parameters.Buffer(name + ".norm.variance", 1, outputs);
        }

        parameters.Buffer("vision.positions", 0, shape.Patches, shape.Width);
        Array.ForEach(_blocks, block => block.Declare());
        parameters.Norm("vision.norm", shape.Width);
        parameters.Linear("vision.features", shape.Width, shape.Width, 0.1);
        parameters.Linear("vision.pool_score", shape.Width, shape.Heads);
        parameters.Linear("vision.pool_value", shape.Width, shape.Width);
        parameters.Linear("vision.embedding", shape.Width, shape.Embedding);
    }

    public void Initialize() => _parameters.Stored("vision.positions").copy_(SinusoidalPositions.Grid(_shape.Grid, _shape.Width) * 0.5);

    /// <param name="pixels">[batch, 3, height, width], normalised by mean and deviation.</param>
    /// <param name="training">Uses and updates batch statistics in the stem.</param>
    /// <returns>Normalised patch tokens [batch, patches, width].</returns>
    public Tensor Encode(Tensor pixels, bool training)
    {
        var x = pixels;
        foreach (var (name, _, _, stride, padding, residual) in Stem)
        {
            var y = F.conv2d(x, _parameters[name + ".weight"], null, [stride, stride], [padding, padding]);
            y = F.batch_norm(
                y, _parameters[name + ".norm.mean"], _parameters[name + ".norm.variance"], _parameters.Stored(name + ".norm.weight"), _parameters.Stored(name + ".norm.bias"), training, 0.05, NormEpsilon);
            x = residual ? F.relu(x + y) : F.relu(y);
        }

        x = x.flatten(2).transpose(1, 2) + _parameters["vision.positions"].to(_parameters.Precision);
        foreach (var block in _blocks)
        {
            x = block.Forward(x);
        }

        return F.layer_norm(x, [_shape.Width], _parameters["vision.norm.weight"], _parameters["vision.norm.bias"]);
    }

    /// <summary>Prefix of the decoder, [batch, patches, width].</summary>
    public Tensor Features(Tensor tokens) => Linear(tokens, "vision.features");

    /// <summary>Unit vectors [batch, embedding]: each head pools its slice of the values with its own weights.</summary>
    public Tensor Embed(Tensor tokens)
    {
        var weights = F.softmax(Linear(tokens, "vision.pool_score"), 1).transpose(1, 2).unsqueeze(2);
        var values = Linear(tokens, "vision.pool_value").view(tokens.shape[0], _shape.Patches, _shape.Heads, _shape.HeadWidth).transpose(1, 2);
        var pooled = weights.matmul(values).reshape(tokens.shape[0], _shape.Width);
        return F.normalize(Linear(pooled, "vision.embedding").to(float32), 2, 1, 1e-6);
    }

    private Tensor Linear(Tensor x, string part) => F.linear(x, _parameters[part + ".weight"], _parameters[part + ".bias"]);
}
