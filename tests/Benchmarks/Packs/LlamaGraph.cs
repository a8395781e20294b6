using System.Globalization;
using MultiModalMesh.OnnxGraphs;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>
/// A Llama-like decoder (RMSNorm, rotary positions, grouped keys and values, SiLU gate, tied embeddings) with a KV cache, in plain operators and
/// under the names of published exports: input_ids, attention_mask, position_ids, past_key_values.{i}.key|value in; logits, present.{i}.key|value out.
/// A position sees what stands before it in the cache and is not masked, so padding may stand anywhere.
/// </summary>
/// <param name="g">Receives the graph.</param>
/// <param name="weights">Receives the parameters.</param>
/// <param name="shape">Sizes.</param>
internal sealed class LlamaGraph(GraphBuilder g, RandomWeights weights, LlamaShape shape)
{
    public const string Embedding = "model.embed_tokens.weight";

    private const string Batch = "batch_size", Sequence = "sequence_length", Past = "past_sequence_length", Total = "past_sequence_length + sequence_length";
    private const int ToFloat = 1, ToBool = 9;

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
        var positions = g.IntegerInput("position_ids", Batch, Sequence);
        var past = Enumerable.Range(0, shape.Layers).Select(i => (Key: PastInput(i, "key"), Value: PastInput(i, "value"))).ToArray();
        var bias = CausalBias(ids, mask);
        var (cos, sin) = Rotation(positions);
        var x = g.Op("Gather", g.Parameter(Embedding), ids);
        for (var i = 0; i < shape.Layers; i++)
        {
            x = Layer(x, string.Create(CultureInfo.InvariantCulture, $"model.layers.{i}"), past[i], bias, cos, sin);
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

    /// <summary>[batch, 1, sequence, total]: 0 where a position may look, a very negative number elsewhere.</summary>
    private string CausalBias(string ids, string mask)
    {
        var end = g.Size(mask, 1);
        var start = g.Op("Sub", end, g.Size(ids, 1));
        var queries = g.Op("Unsqueeze", g.Op("Range", start, end, g.IntegerScalar(1)), g.Integers(1));
        var keys = g.Op("Unsqueeze", g.Op("Range", g.IntegerScalar(0), end, g.IntegerScalar(1)), g.Integers(0));
        var real = g.Op("Unsqueeze", g.Op("Cast", [mask], ("to", ToBool)), g.Integers(1, 2));
        return g.Op("Where", g.Op("And", g.Op("LessOrEqual", keys, queries), real), g.Scalar(0), g.Scalar(-1e9f));
    }

    /// <summary>Cosines and sines of the rotary positions, [batch, 1, sequence, head width].</summary>
    private (string Cos, string Sin) Rotation(string positions)
    {
        var half = shape.HeadWidth / 2;
        var frequencies = Enumerable.Range(0, half).Select(i => (float)Math.Pow(shape.RopeTheta, -(double)i / half)).ToArray();
        weights.Table("model.rotary_emb.inv_freq", [1, 1, half], frequencies);
        var angles = g.Op("Mul", g.Op("Unsqueeze", g.Op("Cast", [positions], ("to", ToFloat)), g.Integers(2)), g.Parameter("model.rotary_emb.inv_freq"));
        var both = g.Op("Unsqueeze", g.Op("Concat", [angles, angles], ("axis", -1)), g.Integers(1));
        return (g.Op("Cos", both), g.Op("Sin", both));
    }

    private string Layer(string x, string name, (string Key, string Value) past, string bias, string cos, string sin)
    {
        var normed = Norm(x, name + ".input_layernorm.weight");
        var keyWidth = shape.KvHeads * shape.HeadWidth;
        var query = Rotate(Split(Project(normed, name + ".self_attn.q_proj", shape.Width, shape.Width), shape.Heads), cos, sin);
        var key = Rotate(Split(Project(normed, name + ".self_attn.k_proj", shape.Width, keyWidth), shape.KvHeads), cos, sin);
        var value = Split(Project(normed, name + ".self_attn.v_proj", shape.Width, keyWidth), shape.KvHeads);
        key = g.Op("Concat", [past.Key, key], ("axis", 2));
        value = g.Op("Concat", [past.Value, value], ("axis", 2));
        _present.Add((key, value));

        var scores = g.Op("Mul", g.Op("MatMul", query, g.Transpose(Repeat(key), 0, 1, 3, 2)), g.Scalar(1 / MathF.Sqrt(shape.HeadWidth)));
        var attended = g.Op("MatMul", g.Op("Softmax", [g.Op("Add", scores, bias)], ("axis", -1)), Repeat(value));
        attended = g.Reshape(g.Transpose(attended, 0, 2, 1, 3), 0, -1, shape.Width);
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

    /// <summary>[batch, sequence, heads * head width] to [batch, heads, sequence, head width].</summary>
    private string Split(string x, int heads) => g.Transpose(g.Reshape(x, 0, -1, heads, shape.HeadWidth), 0, 2, 1, 3);

    private string Rotate(string x, string cos, string sin)
    {
        var half = shape.HeadWidth / 2;
        var first = g.Op("Slice", x, g.Integers(0), g.Integers(half), g.Integers(3));
        var second = g.Op("Slice", x, g.Integers(half), g.Integers(shape.HeadWidth), g.Integers(3));
        var turned = g.Op("Concat", [g.Op("Neg", second), first], ("axis", -1));
        return g.Op("Add", g.Op("Mul", x, cos), g.Op("Mul", turned, sin));
    }

    /// <summary>Every head of keys or values once for each head of queries that shares it.</summary>
    private string Repeat(string x)
    {
        var expanded = g.Op("Expand", g.Op("Unsqueeze", x, g.Integers(2)), g.Integers(1, 1, shape.Heads / shape.KvHeads, 1, 1));
        return g.Reshape(expanded, 0, shape.Heads, -1, shape.HeadWidth);
    }
}
