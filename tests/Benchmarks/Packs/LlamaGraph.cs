using System.Globalization;
using MultiModalMesh.OnnxGraphs;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>
/// A Llama-like decoder (RMSNorm, rotary positions, grouped keys and values, SiLU gate, tied embeddings) with a KV cache, under the names of
/// published exports: input_ids, attention_mask, position_ids (where attention is not fused), past_key_values.{i}.key|value in; logits,
/// present.{i}.key|value out.
/// </summary>
/// <param name="g">Receives the graph.</param>
/// <param name="weights">Receives the parameters; they are the same whether attention is fused or not.</param>
/// <param name="shape">Sizes.</param>
internal sealed class LlamaGraph(GraphBuilder g, RandomWeights weights, LlamaShape shape)
{
    public const string Embedding = "model.embed_tokens.weight";

    private const string Batch = "batch_size", Sequence = "sequence_length", Past = "past_sequence_length", Total = "past_sequence_length + sequence_length";

    private readonly List<(string Key, string Value)> _present = [];

    /// <param name="silentToken">Its embedding is zero, so that a greedy decoder never chooses it; -1: none.</param>
    public void Write(int silentToken)
    {
        weights.Matrix(Embedding, shape.Width, shape.Vocabulary, shape.Width);
        if (silentToken >= 0)
        {
            weights.ZeroRow(Embedding, silentToken);
        }

        var ids = g.IntegerInput("input_ids", Batch, Sequence);
        var mask = g.IntegerInput("attention_mask", Batch, Total);
        ILlamaAttention attention = shape.Fused
            ? new FusedAttention(g, weights, shape, mask)
            : new PlainAttention(g, weights, shape, ids, mask, g.IntegerInput("position_ids", Batch, Sequence));
        var past = Enumerable.Range(0, shape.Layers).Select(i => (Key: PastInput(i, "key"), Value: PastInput(i, "value"))).ToArray();
        var x = g.Op("Gather", g.Parameter(Embedding), ids);
        for (var i = 0; i < shape.Layers; i++)
        {
            x = Layer(x, string.Create(CultureInfo.InvariantCulture, $"model.layers.{i}"), past[i], attention);
        }

        g.Output(g.Op("MatMul", Norm(x, "model.norm.weight"), g.Transpose(g.Parameter(Embedding), 1, 0)), "logits", Batch, Sequence, shape.Vocabulary);
        for (var i = 0; i < shape.Layers; i++)
        {
            g.Output(_present[i].Key, string.Create(CultureInfo.InvariantCulture, $"present.{i}.key"), Batch, shape.KvHeads, Total, shape.HeadWidth);
            g.Output(_present[i].Value, string.Create(CultureInfo.InvariantCulture, $"present.{i}.value"), Batch, shape.KvHeads, Total, shape.HeadWidth);
        }
    }

    private string PastInput(int layer, string part) =>
        g.FloatInput(string.Create(CultureInfo.InvariantCulture, $"past_key_values.{layer}.{part}"), Batch, shape.KvHeads, Past, shape.HeadWidth);

    private string Layer(string x, string name, (string Key, string Value) past, ILlamaAttention attention)
    {
        var normed = Norm(x, name + ".input_layernorm.weight");
        var keyWidth = shape.KvHeads * shape.HeadWidth;
        var query = Project(normed, name + ".self_attn.q_proj", shape.Width, shape.Width);
        var key = Project(normed, name + ".self_attn.k_proj", shape.Width, keyWidth);
        var value = Project(normed, name + ".self_attn.v_proj", shape.Width, keyWidth);
        var (attended, presentKey, presentValue) = attention.Attend(query, key, value, past);
        _present.Add((presentKey, presentValue));
        x = g.Op("Add", x, Project(attended, name + ".self_attn.o_proj", shape.Width, shape.Width));

        normed = Norm(x, name + ".post_attention_layernorm.weight");
        var gate = Project(normed, name + ".mlp.gate_proj", shape.Width, shape.MlpWidth);
        gate = g.Op("Mul", gate, g.Op("Sigmoid", gate));
        var up = Project(normed, name + ".mlp.up_proj", shape.Width, shape.MlpWidth);
        return g.Op("Add", x, Project(g.Op("Mul", gate, up), name + ".mlp.down_proj", shape.MlpWidth, shape.Width));
    }

    private string Project(string x, string name, int inputs, int outputs) =>
        g.Op("MatMul", x, g.Parameter(weights.Matrix(name + ".weight", inputs, inputs, outputs)));

    private string Norm(string x, string name)
    {
        var variance = g.Op("ReduceMean", [g.Op("Pow", x, g.Scalar(2))], ("axes", new long[] { -1 }), ("keepdims", 1));
        var root = g.Op("Sqrt", g.Op("Add", variance, g.Scalar(1e-5f)));
        return g.Op("Mul", g.Op("Mul", x, g.Op("Div", g.Scalar(1), root)), g.Parameter(weights.Scale(name, shape.Width)));
    }
}
