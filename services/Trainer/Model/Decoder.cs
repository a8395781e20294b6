using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Model;

/// <summary>Causal Transformer with learned absolute positions; picture tokens stand before the text; output weights are the input embeddings.</summary>
internal sealed class Decoder
{
    /// <summary>Blocks whose attention from the nouns of questions is supervised (the last block's, from answers, is too), and how many of their heads.</summary>
    public const int GroundedBlocks = 2, GroundedHeads = 2;

    private readonly ParameterStore _parameters;
    private readonly PictoShape _shape;
    private readonly TransformerBlock[] _blocks;

    public Decoder(ParameterStore parameters, PictoShape shape)
    {
        _parameters = parameters;
        _shape = shape;
        _blocks = [.. Enumerable.Range(0, shape.DecoderBlocks).Select(i => new TransformerBlock(parameters, $"decoder.blocks.{i}", shape, shape.DecoderBlocks))];
        parameters.Normal("embed_tokens.weight", 0.05, shape.Vocabulary, shape.Width);
        parameters.Constant("decoder.positions", 0, shape.Context, shape.Width);
        Array.ForEach(_blocks, block => block.Declare());
        parameters.Norm("decoder.norm", shape.Width);
    }

    public void Initialize()
    {
        using var _ = no_grad();
        var positions = _parameters.Stored("decoder.positions");
        positions.copy_(SinusoidalPositions.Line(_shape.Context, _shape.Width) * 0.04);
        positions.narrow(0, 0, _shape.Patches).copy_(SinusoidalPositions.Grid(_shape.Grid, _shape.Width) * 0.04);
        Array.ForEach(_blocks[..GroundedBlocks], block => block.MatchQueriesWithKeys());
    }

    /// <summary>Logits at some positions of right-padded sequences.</summary>
    /// <param name="image">[batch, patches, width], or null for text alone.</param>
    /// <param name="tokens">[batch, text] int64.</param>
    /// <param name="positions">[batch, chosen] int64, counted from the first image token.</param>
    /// <param name="mask">[batch, 1, chosen, sequence]: -1e4 where a chosen position must not look.</param>
    /// <param name="valid">Flat indices into [batch * chosen] of the positions that count.</param>
    /// <param name="trace">Receives what is supervised beside the logits.</param>
    /// <returns>[valid, vocabulary], float32.</returns>
    public Tensor Logits(Tensor? image, Tensor tokens, Tensor positions, Tensor mask, Tensor valid, DecoderTrace? trace = null)
    {
        var embedding = _parameters["embed_tokens.weight"];
        var x = embedding.index_select(0, tokens.flatten()).view(tokens.shape[0], tokens.shape[1], _shape.Width);
        x = image is null ? x : cat([image, x], 1);
        x = x + _parameters["decoder.positions"].narrow(0, 0, x.shape[1]);
        for (var i = 0; i < _blocks.Length - 1; i++)
        {
            x = _blocks[i].Forward(x, true, null, out var query, out var key);
            if (i < GroundedBlocks)
            {
                trace?.Nouns.Add(Scores(query, key, Future(x.shape[1])));
                trace?.Grounded = x;
            }
        }

        mask = mask.to(_parameters.Precision);
        x = _blocks[^1].ForwardAt(x, positions, mask, out var lastQuery, out var lastKey).view(-1, _shape.Width).index_select(0, valid);
        trace?.Answers.Add(Scores(lastQuery, lastKey, mask));
        x = F.layer_norm(x, [_shape.Width], _parameters["decoder.norm.weight"], _parameters["decoder.norm.bias"]);
        return F.linear(x, embedding).to(float32);
    }

    private Tensor Future(long length) => (ones(length, length).triu(1) * -1e4f).to(_parameters.Precision);

    private Tensor Scores(Tensor query, Tensor key, Tensor mask) =>
        (query.narrow(1, 0, GroundedHeads).matmul(key.narrow(1, 0, GroundedHeads).transpose(2, 3)) / Math.Sqrt(_shape.HeadWidth)) + mask;
}
