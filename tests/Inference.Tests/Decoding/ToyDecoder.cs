using System.Runtime.InteropServices;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Tests.Decoding;

/// <summary>What a toy decoder takes and how it counts; the fixtures have none like it.</summary>
/// <param name="HalfCache">Keys and values of 16 bits.</param>
/// <param name="CountsPadding">Positions are counted from the past's length, padding included, instead of from the mask.</param>
/// <param name="KeepsLogits">Takes <c>num_logits_to_keep</c>.</param>
internal sealed record ToyDecoder(bool HalfCache = false, bool CountsPadding = false, bool KeepsLogits = false, bool FixedBatch = false)
{
    private const int Vocabulary = 513;
    private const int Width = 8;
    private const int Context = 512;

    /// <summary>A pack with this decoder and random weights.</summary>
    public TestPack Pack()
    {
        var pack = TestPack.SmolLm2();
        File.WriteAllBytes(Path.Combine(pack.Folder, PackFiles.Decoder), Graph());
        return pack.Write();
    }

    /// <summary>One layer of attention over embeddings, which are keys and values alike; absolute positions, no <c>position_ids</c>.</summary>
    private byte[] Graph()
    {
        var cache = HalfCache ? TinyOnnx.Float16 : TinyOnnx.Float;
        object batch = FixedBatch ? 1 : "batch";
        using var graph = new TinyOnnx();
        graph.Input("input_ids", TinyOnnx.Int64, batch, "length");
        graph.Input("attention_mask", TinyOnnx.Int64, batch, "total");
        graph.Input("past_key_values.0.key", cache, batch, 1, "past", Width);
        graph.Input("past_key_values.0.value", cache, batch, 1, "past", Width);
        Weights(graph, "embedding", Vocabulary, 1);
        Weights(graph, "position", Context, 2);
        Weights(graph, "projection", Vocabulary, 3);
        graph.Constant("one", 1);
        graph.Constant("two", 2);
        graph.Constant("minus one", -1);
        graph.Constant("end", long.MaxValue);
        graph.Scalar("step", 1L);
        graph.Scalar("far", 10_000f);
        graph.Scalar("unit", 1f);

        graph.Node("Gather", "tokens", ["embedding", "input_ids"]);
        Positions(graph);
        graph.Node("Gather", "places", ["position", "positions"]);
        graph.Node("Add", "hidden", ["tokens", "places"]);
        graph.Node("Unsqueeze", "query", ["hidden", "one"]);
        graph.Node("Cast", "new", ["query"], ("to", (long)cache));
        graph.Node("Concat", "present.0.key", ["past_key_values.0.key", "new"], ("axis", 2L));
        graph.Node("Concat", "present.0.value", ["past_key_values.0.value", "new"], ("axis", 2L));
        graph.Node("Cast", "keys", ["present.0.key"], ("to", (long)TinyOnnx.Float));
        graph.Node("Cast", "values", ["present.0.value"], ("to", (long)TinyOnnx.Float));
        graph.Node("Transpose", "turned", ["keys"], ("perm", new long[] { 0, 1, 3, 2 }));
        graph.Node("MatMul", "scores", ["query", "turned"]);
        graph.Node("Cast", "seen", ["attention_mask"], ("to", (long)TinyOnnx.Float));
        graph.Node("Sub", "unseen", ["seen", "unit"]);
        graph.Node("Mul", "bias", ["unseen", "far"]);
        graph.Node("Unsqueeze", "bias of heads", ["bias", "one"]);
        graph.Node("Unsqueeze", "bias of queries", ["bias of heads", "two"]);
        graph.Node("Add", "masked", ["scores", "bias of queries"]);
        graph.Node("Softmax", "attention", ["masked"], ("axis", -1L));
        graph.Node("MatMul", "heads", ["attention", "values"]);
        graph.Node("Squeeze", "context", ["heads", "one"]);
        graph.Node("Add", "output", ["context", "hidden"]);
        graph.Node("Transpose", "head", ["projection"], ("perm", new long[] { 1, 0 }));
        if (KeepsLogits)
        {
            graph.Input("num_logits_to_keep", TinyOnnx.Int64);
            graph.Node("Mul", "from", ["num_logits_to_keep", "minus one"]);
            graph.Node("Slice", "kept", ["output", "from", "end", "one"]);
            graph.Node("MatMul", "logits", ["kept", "head"]);
        }
        else
        {
            graph.Node("MatMul", "logits", ["output", "head"]);
        }

        graph.Output("logits", TinyOnnx.Float, batch, "kept length", Vocabulary);
        graph.Output("present.0.key", cache, batch, 1, "total", Width);
        graph.Output("present.0.value", cache, batch, 1, "total", Width);
        return graph.ToBytes();
    }

    private void Positions(TinyOnnx graph)
    {
        graph.Node("Shape", "past shape", ["past_key_values.0.key"]);
        graph.Node("Gather", "past length", ["past shape", "two"]);
        if (CountsPadding)
        {
            graph.Node("Shape", "ids shape", ["input_ids"]);
            graph.Node("Gather", "new length", ["ids shape", "one"]);
            graph.Node("Add", "total length", ["past length", "new length"]);
            graph.Node("Squeeze", "range start", ["past length"]);
            graph.Node("Squeeze", "range end", ["total length"]);
            graph.Node("Range", "range", ["range start", "range end", "step"]);
            graph.Node("Expand", "positions", ["range", "ids shape"]);
        }
        else
        {
            graph.Node("CumSum", "counted", ["attention_mask", "step"]);
            graph.Node("Sub", "from zero", ["counted", "step"]);
            graph.Node("Slice", "positions", ["from zero", "past length", "end", "one"]);
        }
    }

    private static void Weights(TinyOnnx graph, string name, int rows, int seed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, rows * Width).Select(_ => (random.NextSingle() - 0.5f) * 4)];
        graph.Constant(name, TinyOnnx.Float, MemoryMarshal.AsBytes<float>(values), rows, Width);
    }
}
