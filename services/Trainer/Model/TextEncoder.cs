using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Model;

/// <summary>Bidirectional Transformer over token embeddings that it shares with the decoder; mean over the real tokens; unit vectors.</summary>
internal sealed class TextEncoder
{
    private readonly ParameterStore _parameters;
    private readonly PictoShape _shape;
    private readonly TransformerBlock[] _blocks;

    public TextEncoder(ParameterStore parameters, PictoShape shape)
    {
        _parameters = parameters;
        _shape = shape;
        _blocks = [.. Enumerable.Range(0, shape.TextBlocks).Select(i => new TransformerBlock(parameters, $"text.blocks.{i}", shape, shape.TextBlocks))];
        parameters.Normal("text.positions", 0.02, shape.TextContext, shape.Width);
        Array.ForEach(_blocks, block => block.Declare());
        parameters.Norm("text.norm", shape.Width);
        parameters.Linear("text.embedding", shape.Width, shape.Embedding);
    }

    /// <param name="tokens">[batch, sequence] int64.</param>
    /// <param name="mask">[batch, sequence] float: 1 for a token, 0 for padding.</param>
    /// <returns>Unit vectors [batch, embedding].</returns>
    public Tensor Embed(Tensor tokens, Tensor mask)
    {
        mask = mask.to(_parameters.Precision);
        var length = tokens.shape[1];
        var x = _parameters["embed_tokens.weight"].index_select(0, tokens.flatten()).view(tokens.shape[0], length, _shape.Width) + _parameters["text.positions"].narrow(0, 0, length);
        var bias = ((1 - mask) * -1e4).unsqueeze(1).unsqueeze(1).expand(tokens.shape[0], 1, length, length).contiguous();
        foreach (var block in _blocks)
        {
            x = block.Forward(x, false, bias);
        }

        x = F.layer_norm(x, [_shape.Width], _parameters["text.norm.weight"], _parameters["text.norm.bias"]);
        var weights = mask.unsqueeze(-1);
        var pooled = (x * weights).sum(1) / weights.sum(1);
        return F.normalize(F.linear(pooled, _parameters["text.embedding.weight"], _parameters["text.embedding.bias"]).to(float32), 2, 1, 1e-6);
    }
}
