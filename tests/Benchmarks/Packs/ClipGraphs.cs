using System.Globalization;
using MultiModalMesh.OnnxGraphs;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>A tower of a CLIP model in plain operators, under the names of published exports.</summary>
/// <param name="g">Receives the graph.</param>
/// <param name="weights">Receives the parameters.</param>
/// <param name="shape">Sizes.</param>
internal sealed class ClipGraphs(GraphBuilder g, RandomWeights weights, ClipShape shape)
{
    private const int ToBool = 9;

    /// <summary>pixel_values [batch, 3, size, size] -> image_embeds [batch, projection].</summary>
    public void WriteVision()
    {
        var (width, patch) = (shape.Vision.Width, shape.PatchSize);
        var pixels = g.FloatInput("pixel_values", "batch_size", 3, shape.ImageSize, shape.ImageSize);
        var filters = weights.Matrix("vision_model.embeddings.patch_embedding.weight", 3 * patch * patch, width, 3, patch, patch);
        var patches = g.Op("Conv", [pixels, g.Parameter(filters)], ("strides", new long[] { patch, patch }), ("kernel_shape", new long[] { patch, patch }));
        patches = g.Transpose(g.Reshape(patches, 0, width, -1), 0, 2, 1);
        var batch = g.Op("Gather", g.Op("Shape", pixels), g.Integers(0));
        var whole = g.Op(
            "Expand", g.Parameter(weights.Matrix("vision_model.embeddings.class_embedding", width, 1, 1, width)),
            g.Op("Concat", [batch, g.Integers(1), g.Integers(width)], ("axis", 0)));
        var x = g.Op("Concat", [whole, patches], ("axis", 1));
        x = g.Op("Add", x, g.Parameter(weights.Matrix("vision_model.embeddings.position_embedding.weight", width, shape.VisionPositions, width)));
        x = Layers(Norm(x, "vision_model.pre_layrnorm", width), "vision_model", shape.Vision, null);
        var pooled = Norm(g.Op("Gather", [x, g.IntegerScalar(0)], ("axis", 1)), "vision_model.post_layernorm", width);
        g.Output(Project(pooled, "visual_projection", width), "image_embeds", "batch_size", shape.Projection);
    }

    /// <summary>
    /// input_ids, attention_mask [batch, sequence] -> text_embeds [batch, projection]. The text is read at the position of its largest id, which
    /// is the end token's.
    /// </summary>
    public void WriteText()
    {
        var width = shape.Text.Width;
        var ids = g.IntegerInput("input_ids", "batch_size", "sequence_length");
        var mask = g.IntegerInput("attention_mask", "batch_size", "sequence_length");
        var order = g.Op("Range", g.IntegerScalar(0), g.Size(ids, 1), g.IntegerScalar(1));
        var tokens = g.Op("Gather", g.Parameter(weights.Matrix("text_model.embeddings.token_embedding.weight", width, shape.Vocabulary, width)), ids);
        var positions = g.Op("Gather", g.Parameter(weights.Matrix("text_model.embeddings.position_embedding.weight", width, shape.TextLength, width)), order);
        var before = g.Op("LessOrEqual", g.Op("Unsqueeze", order, g.Integers(0)), g.Op("Unsqueeze", order, g.Integers(1)));
        var real = g.Op("Unsqueeze", g.Op("Cast", [mask], ("to", ToBool)), g.Integers(1, 2));
        var bias = g.Op("Where", g.Op("And", before, real), g.Scalar(0), g.Scalar(-1e9f));
        var x = Layers(g.Op("Add", tokens, positions), "text_model", shape.Text, bias);
        x = Norm(x, "text_model.final_layer_norm", width);
        var end = g.Op("ArgMax", [ids], ("axis", 1), ("keepdims", 1));
        var pooled = g.Op("GatherND", [x, end], ("batch_dims", 1));
        g.Output(Project(pooled, "text_projection", width), "text_embeds", "batch_size", shape.Projection);
    }

    private string Project(string x, string name, int width) =>
        g.Op("MatMul", x, g.Parameter(weights.Matrix(name + ".weight", width, width, shape.Projection)));

    private string Layers(string x, string tower, TowerShape sizes, string? bias)
    {
        for (var i = 0; i < sizes.Layers; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{tower}.encoder.layers.{i}");
            x = g.Op("Add", x, Attention(Norm(x, name + ".layer_norm1", sizes.Width), name + ".self_attn", sizes, bias));
            var inner = Linear(Norm(x, name + ".layer_norm2", sizes.Width), name + ".mlp.fc1", sizes.Width, sizes.MlpWidth);
            inner = g.Op("Mul", inner, g.Op("Sigmoid", g.Op("Mul", inner, g.Scalar(1.702f))));
            x = g.Op("Add", x, Linear(inner, name + ".mlp.fc2", sizes.MlpWidth, sizes.Width));
        }

        return x;
    }

    private string Attention(string x, string name, TowerShape sizes, string? bias)
    {
        var headWidth = sizes.Width / sizes.Heads;
        var query = Split(g.Op("Mul", Linear(x, name + ".q_proj", sizes.Width, sizes.Width), g.Scalar(1 / MathF.Sqrt(headWidth))));
        var key = Split(Linear(x, name + ".k_proj", sizes.Width, sizes.Width));
        var value = Split(Linear(x, name + ".v_proj", sizes.Width, sizes.Width));
        var scores = g.Op("MatMul", query, g.Transpose(key, 0, 1, 3, 2));
        scores = bias is null ? scores : g.Op("Add", scores, bias);
        var attended = g.Op("MatMul", g.Op("Softmax", [scores], ("axis", -1)), value);
        return Linear(g.Reshape(g.Transpose(attended, 0, 2, 1, 3), 0, -1, sizes.Width), name + ".out_proj", sizes.Width, sizes.Width);

        string Split(string y) => g.Transpose(g.Reshape(y, 0, -1, sizes.Heads, headWidth), 0, 2, 1, 3);
    }

    private string Linear(string x, string name, int inputs, int outputs) => g.Op(
        "Add", g.Op("MatMul", x, g.Parameter(weights.Matrix(name + ".weight", inputs, inputs, outputs))), g.Parameter(weights.Bias(name + ".bias", outputs)));

    private string Norm(string x, string name, int width) => g.Op(
        "LayerNormalization", [x, g.Parameter(weights.Scale(name + ".weight", width)), g.Parameter(weights.Bias(name + ".bias", width))],
        ("axis", -1), ("epsilon", 1e-5f));
}
