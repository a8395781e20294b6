using MultiModalMesh.OnnxGraphs;
using MultiModalMesh.Trainer.Model;

namespace MultiModalMesh.Trainer.Export;

/// <summary>The network as four ONNX graphs, under the input and output names that published vision-language models use.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="parameters">Shape and values of a parameter by name.</param>
internal sealed class PictoGraphs(PictoShape shape, Func<string, (long[] Shape, float[] Values)> parameters)
{
    public const string Vision = "vision_model.onnx", Text = "text_model.onnx", EmbedTokens = "embed_tokens.onnx", Decoder = "decoder_model_merged.onnx";

    private const float Masked = -1e9f;

    /// <param name="folder">Where the four files go.</param>
    /// <param name="metadata">Facts for a training that starts from these weights; kept in the vision graph.</param>
    public void Save(string folder, IReadOnlyDictionary<string, string> metadata)
    {
        VisionModel().Save(Path.Combine(folder, Vision), metadata);
        TextModel().Save(Path.Combine(folder, Text));
        EmbedTokensModel().Save(Path.Combine(folder, EmbedTokens));
        DecoderModel().Save(Path.Combine(folder, Decoder));
    }

    /// <summary>pixel_values [batch, 3, size, size] -> image_embeds [batch, embedding], image_features [batch, patches, width].</summary>
    private GraphBuilder VisionModel()
    {
        var g = new GraphBuilder("vision_model", parameters);
        var x = g.FloatInput("pixel_values", "batch", 3, shape.ImageSize, shape.ImageSize);
        foreach (var (name, _, _, stride, padding, residual) in VisionEncoder.Stem)
        {
            var y = g.Op(
                "Conv", [x, g.Parameter(name + ".weight")],
                ("strides", new long[] { stride, stride }), ("pads", new long[] { padding, padding, padding, padding }), ("kernel_shape", new long[] { 3, 3 }));
            y = g.Op(
                "BatchNormalization",
                [y, g.Parameter(name + ".norm.weight"), g.Parameter(name + ".norm.bias"), g.Parameter(name + ".norm.mean"), g.Parameter(name + ".norm.variance")],
                ("epsilon", (float)VisionEncoder.NormEpsilon));
            x = g.Op("Relu", residual ? g.Op("Add", x, y) : y);
        }

        x = g.Transpose(g.Reshape(x, 0, shape.Width, shape.Patches), 0, 2, 1);
        x = g.Op("Add", x, g.Parameter("vision.positions"));
        for (var i = 0; i < shape.VisionBlocks; i++)
        {
            x = Block(g, x, $"vision.blocks.{i}", null, null);
        }

        x = g.LayerNorm(x, "vision.norm");
        var weights = g.Op("Unsqueeze", g.Transpose(g.Op("Softmax", [g.Linear(x, "vision.pool_score")], ("axis", 1)), 0, 2, 1), g.Integers(2));
        var pooled = g.Reshape(g.Op("MatMul", weights, Heads(g, g.Linear(x, "vision.pool_value"))), 0, shape.Width);
        g.Output(g.Normalize(g.Linear(pooled, "vision.embedding")), "image_embeds", "batch", shape.Embedding);
        g.Output(g.Linear(x, "vision.features"), "image_features", "batch", shape.Patches, shape.Width);
        return g;
    }

    /// <summary>input_ids, attention_mask [batch, sequence] -> text_embeds [batch, embedding].</summary>
    private GraphBuilder TextModel()
    {
        var g = new GraphBuilder("text_model", parameters);
        var ids = g.IntegerInput("input_ids", "batch", "sequence");
        var mask = g.Op("Cast", [g.IntegerInput("attention_mask", "batch", "sequence")], ("to", 1));
        var order = g.Op("Range", g.IntegerScalar(0), g.Size(ids, 1), g.IntegerScalar(1));
        var x = g.Op("Add", g.Op("Gather", g.Parameter("embed_tokens.weight"), ids), g.Op("Gather", g.Parameter("text.positions"), order));
        var bias = g.Op("Unsqueeze", g.Op("Mul", g.Op("Sub", g.Scalar(1), mask), g.Scalar(-1e4f)), g.Integers(1, 2));
        for (var i = 0; i < shape.TextBlocks; i++)
        {
            x = Block(g, x, $"text.blocks.{i}", bias, null);
        }

        x = g.LayerNorm(x, "text.norm");
        var weights = g.Op("Unsqueeze", mask, g.Integers(2));
        var sum = g.Op("ReduceSum", [g.Op("Mul", x, weights), g.Integers(1)], ("keepdims", 0));
        var pooled = g.Op("Div", sum, g.Op("Max", g.Op("ReduceSum", [weights, g.Integers(1)], ("keepdims", 0)), g.Scalar(1)));
        g.Output(g.Normalize(g.Linear(pooled, "text.embedding")), "text_embeds", "batch", shape.Embedding);
        return g;
    }

    /// <summary>input_ids [batch, sequence] -> inputs_embeds [batch, sequence, width].</summary>
    private GraphBuilder EmbedTokensModel()
    {
        var g = new GraphBuilder("embed_tokens", parameters);
        var ids = g.IntegerInput("input_ids", "batch", "sequence");
        g.Output(g.Op("Gather", g.Parameter("embed_tokens.weight"), ids), "inputs_embeds", "batch", "sequence", shape.Width);
        return g;
    }

    /// <summary>
    /// inputs_embeds [batch, sequence, width], attention_mask [batch, past + sequence], position_ids [batch, sequence], past_key_values.i.key/value
    /// [batch, heads, past, head width] -> logits [batch, sequence, vocabulary], present.i.key/value [batch, heads, past + sequence, head width].
    /// A position sees what stands before it in the cache and is not masked, so padding may be on either side or in the middle.
    /// </summary>
    private GraphBuilder DecoderModel()
    {
        const string past = "past_sequence_length", total = "past_sequence_length + sequence_length", sequence = "sequence_length", batch = "batch_size";
        var g = new GraphBuilder("decoder", parameters);
        var x = g.FloatInput("inputs_embeds", batch, sequence, shape.Width);
        var mask = g.IntegerInput("attention_mask", batch, total);
        var positions = g.IntegerInput("position_ids", batch, sequence);
        var cache = Enumerable.Range(0, shape.DecoderBlocks).Select(i => (
            Key: g.FloatInput($"past_key_values.{i}.key", batch, shape.Heads, past, shape.HeadWidth),
            Value: g.FloatInput($"past_key_values.{i}.value", batch, shape.Heads, past, shape.HeadWidth))).ToArray();

        var end = g.Size(mask, 1);
        var start = g.Op("Sub", end, g.Size(x, 1));
        var queries = g.Op("Unsqueeze", g.Op("Range", start, end, g.IntegerScalar(1)), g.Integers(1));
        var keys = g.Op("Unsqueeze", g.Op("Range", g.IntegerScalar(0), end, g.IntegerScalar(1)), g.Integers(0));
        var real = g.Op("Unsqueeze", g.Op("Cast", [mask], ("to", 9)), g.Integers(1, 2));
        var bias = g.Op("Where", g.Op("And", g.Op("LessOrEqual", keys, queries), real), g.Scalar(0), g.Scalar(Masked));

        x = g.Op("Add", x, g.Op("Gather", g.Parameter("decoder.positions"), positions));
        var present = new List<(string Key, string Value)>();
        for (var i = 0; i < shape.DecoderBlocks; i++)
        {
            x = Block(g, x, $"decoder.blocks.{i}", bias, cache[i], present);
        }

        x = g.LayerNorm(x, "decoder.norm");
        g.Output(g.Op("MatMul", x, g.Transpose(g.Parameter("embed_tokens.weight"), 1, 0)), "logits", batch, sequence, shape.Vocabulary);
        for (var i = 0; i < present.Count; i++)
        {
            g.Output(present[i].Key, $"present.{i}.key", batch, shape.Heads, total, shape.HeadWidth);
            g.Output(present[i].Value, $"present.{i}.value", batch, shape.Heads, total, shape.HeadWidth);
        }

        return g;
    }

    private string Block(GraphBuilder g, string x, string name, string? bias, (string Key, string Value)? past, List<(string Key, string Value)>? present = null)
    {
        var normed = g.LayerNorm(x, name + ".attention_norm");
        var query = Heads(g, g.Linear(normed, name + ".query"));
        var key = Heads(g, g.Linear(normed, name + ".key"));
        var value = Heads(g, g.Linear(normed, name + ".value"));
        if (past is { } before)
        {
            key = g.Op("Concat", [before.Key, key], ("axis", 2));
            value = g.Op("Concat", [before.Value, value], ("axis", 2));
            present?.Add((key, value));
        }

        var scores = g.Op("MatMul", g.Op("Mul", query, g.Scalar(1 / MathF.Sqrt(shape.HeadWidth))), g.Transpose(key, 0, 1, 3, 2));
        scores = bias is null ? scores : g.Op("Add", scores, bias);
        var attended = g.Op("MatMul", g.Op("Softmax", [scores], ("axis", -1)), value);
        x = g.Op("Add", x, g.Linear(g.Reshape(g.Transpose(attended, 0, 2, 1, 3), 0, -1, shape.Width), name + ".output"));
        return g.Op("Add", x, g.Linear(g.Gelu(g.Linear(g.LayerNorm(x, name + ".mlp_norm"), name + ".expand")), name + ".contract"));
    }

    private string Heads(GraphBuilder g, string x) => g.Transpose(g.Reshape(x, 0, -1, shape.Heads, shape.HeadWidth), 0, 2, 1, 3);
}
