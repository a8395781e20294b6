using MultiModalMesh.OnnxGraphs;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>
/// Attention as ONNX Runtime's operator GroupQueryAttention, which rotates, appends and attends in one. It counts positions from the mask:
/// padding may stand on the right only.
/// </summary>
internal sealed class FusedAttention : ILlamaAttention
{
    private const int ToInt32 = 6;

    private readonly GraphBuilder _g;
    private readonly LlamaShape _shape;
    private readonly string _lastPositions;
    private readonly string _total;

    public FusedAttention(GraphBuilder g, RandomWeights weights, LlamaShape shape, string mask)
    {
        (_g, _shape) = (g, shape);
        var lengths = g.Op("ReduceSum", [mask, g.Integers(1)], ("keepdims", 0));
        _lastPositions = g.Op("Cast", [g.Op("Sub", lengths, g.IntegerScalar(1))], ("to", ToInt32));
        _total = g.Op("Cast", [g.Size(mask, 1)], ("to", ToInt32));
        weights.Table("cos_cache", [shape.Context, shape.HeadWidth / 2], Angles(Math.Cos));
        weights.Table("sin_cache", [shape.Context, shape.HeadWidth / 2], Angles(Math.Sin));
    }

    public (string Attended, string PresentKey, string PresentValue) Attend(string query, string key, string value, (string Key, string Value) past)
    {
        var outputs = _g.RuntimeOp(
            "GroupQueryAttention",
            [query, key, value, past.Key, past.Value, _lastPositions, _total, _g.Parameter("cos_cache"), _g.Parameter("sin_cache")],
            3, ("num_heads", _shape.Heads), ("kv_num_heads", _shape.KvHeads), ("do_rotary", 1));
        return (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>[positions, half of the head width].</summary>
    private float[] Angles(Func<double, double> function)
    {
        var half = _shape.HeadWidth / 2;
        return [.. Enumerable.Range(0, _shape.Context * half).Select(i => (float)function(i / half * Math.Pow(_shape.RopeTheta, -(double)(i % half) / half)))];
    }
}
