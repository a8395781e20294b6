using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MultiModalMesh.Trainer.Model;

/// <summary>A pre-norm Transformer block (Xiong et al. 2020, arXiv:2002.04745) with GELU and an MLP of four times the width.</summary>
internal sealed class TransformerBlock(ParameterStore parameters, string name, PictoShape shape, int depth)
{
    public void Declare()
    {
        var width = shape.Width;

        // Branches that add to the residual stream start small, as in GPT-2.
        var branch = 1 / Math.Sqrt(2.0 * depth);
        parameters.Norm(name + ".attention_norm", width);
        parameters.Linear(name + ".query", width, width);
        parameters.Linear(name + ".key", width, width);
        parameters.Linear(name + ".value", width, width);
        parameters.Linear(name + ".output", width, width, branch);
        parameters.Norm(name + ".mlp_norm", width);
        parameters.Linear(name + ".expand", width, 4 * width);
        parameters.Linear(name + ".contract", 4 * width, width, branch);
    }

    /// <summary>
    /// Gives the first half of the heads equal query and key weights: a token then attends to tokens like itself, so that a noun finds the patches
    /// whose features the patch classifier pulls towards that noun's embedding.
    /// </summary>
    public void MatchQueriesWithKeys()
    {
        using var _ = no_grad();
        var rows = shape.Width / 2;
        parameters.Stored(name + ".key.weight").narrow(0, 0, rows).copy_(parameters.Stored(name + ".query.weight").narrow(0, 0, rows));
    }

    /// <param name="x">[batch, sequence, width].</param>
    /// <param name="causal">Whether a position sees only itself and what is before.</param>
    /// <param name="mask">Added to the scores, or null.</param>
    public Tensor Forward(Tensor x, bool causal = false, Tensor? mask = null) => Forward(x, causal, mask, out _, out _);

    /// <summary>As above; also gives queries and keys [batch, heads, sequence, head width] for supervision of attention.</summary>
    public Tensor Forward(Tensor x, bool causal, Tensor? mask, out Tensor query, out Tensor key)
    {
        var normed = LayerNorm(x, ".attention_norm");
        query = Heads(Linear(normed, ".query"));
        key = Heads(Linear(normed, ".key"));
        var attended = F.scaled_dot_product_attention(query, key, Heads(Linear(normed, ".value")), mask, 0, causal);
        return Finish(x, attended);
    }

    /// <summary>The block's output at some positions only: keys and values of the whole sequence, queries and MLP of the chosen ones.</summary>
    /// <param name="x">[batch, sequence, width].</param>
    /// <param name="positions">[batch, chosen] int64.</param>
    /// <param name="mask">[batch, 1, chosen, sequence], added to the scores.</param>
    /// <param name="query">[batch, heads, chosen, head width].</param>
    /// <param name="key">[batch, heads, sequence, head width].</param>
    /// <returns>[batch, chosen, width].</returns>
    public Tensor ForwardAt(Tensor x, Tensor positions, Tensor mask, out Tensor query, out Tensor key)
    {
        var normed = LayerNorm(x, ".attention_norm");
        var index = positions.unsqueeze(-1).expand(-1, -1, shape.Width);
        query = Heads(Linear(normed.gather(1, index), ".query"));
        key = Heads(Linear(normed, ".key"));
        var attended = F.scaled_dot_product_attention(query, key, Heads(Linear(normed, ".value")), mask, 0, false);
        return Finish(x.gather(1, index), attended);
    }

    private Tensor Finish(Tensor x, Tensor attended)
    {
        x = x + Linear(attended.transpose(1, 2).reshape(x.shape), ".output");
        return x + Linear(F.gelu(Linear(LayerNorm(x, ".mlp_norm"), ".expand")), ".contract");
    }

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], shape.Heads, shape.HeadWidth).transpose(1, 2);

    private Tensor Linear(Tensor x, string part) => F.linear(x, parameters[name + part + ".weight"], parameters[name + part + ".bias"]);

    private Tensor LayerNorm(Tensor x, string part) => F.layer_norm(x, [shape.Width], parameters[name + part + ".weight"], parameters[name + part + ".bias"]);
}
