using MultiModalMesh.OnnxGraphs;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>Attention in plain operators. A position sees what stands before it in the cache and is not masked, so padding may stand anywhere.</summary>
internal sealed class PlainAttention : ILlamaAttention
{
    private const int ToFloat = 1, ToBool = 9;

    private readonly GraphBuilder _g;
    private readonly LlamaShape _shape;
    private readonly string _bias;
    private readonly string _cos;
    private readonly string _sin;

    public PlainAttention(GraphBuilder g, RandomWeights weights, LlamaShape shape, string ids, string mask, string positions)
    {
        _g = g;
        _shape = shape;
        _bias = CausalBias(ids, mask);
        (_cos, _sin) = Rotation(weights, positions);
    }

    public (string Attended, string PresentKey, string PresentValue) Attend(string query, string key, string value, (string Key, string Value) past)
    {
        query = Rotate(Split(query, _shape.Heads));
        key = _g.Op("Concat", [past.Key, Rotate(Split(key, _shape.KvHeads))], ("axis", 2));
        value = _g.Op("Concat", [past.Value, Split(value, _shape.KvHeads)], ("axis", 2));
        var scores = _g.Op("Mul", _g.Op("MatMul", query, _g.Transpose(Repeat(key), 0, 1, 3, 2)), _g.Scalar(1 / MathF.Sqrt(_shape.HeadWidth)));
        var attended = _g.Op("MatMul", _g.Op("Softmax", [_g.Op("Add", scores, _bias)], ("axis", -1)), Repeat(value));
        return (_g.Reshape(_g.Transpose(attended, 0, 2, 1, 3), 0, -1, _shape.Width), key, value);
    }

    /// <summary>[batch, 1, sequence, total]: 0 where a position may look, a very negative number elsewhere.</summary>
    private string CausalBias(string ids, string mask)
    {
        var end = _g.Size(mask, 1);
        var start = _g.Op("Sub", end, _g.Size(ids, 1));
        var queries = _g.Op("Unsqueeze", _g.Op("Range", start, end, _g.IntegerScalar(1)), _g.Integers(1));
        var keys = _g.Op("Unsqueeze", _g.Op("Range", _g.IntegerScalar(0), end, _g.IntegerScalar(1)), _g.Integers(0));
        var real = _g.Op("Unsqueeze", _g.Op("Cast", [mask], ("to", ToBool)), _g.Integers(1, 2));
        return _g.Op("Where", _g.Op("And", _g.Op("LessOrEqual", keys, queries), real), _g.Scalar(0), _g.Scalar(-1e9f));
    }

    /// <summary>Cosines and sines of the rotary positions, [batch, 1, sequence, head width].</summary>
    private (string Cos, string Sin) Rotation(RandomWeights weights, string positions)
    {
        var half = _shape.HeadWidth / 2;
        var frequencies = Enumerable.Range(0, half).Select(i => (float)Math.Pow(_shape.RopeTheta, -(double)i / half)).ToArray();
        weights.Table("model.rotary_emb.inv_freq", [1, 1, half], frequencies);
        var angles = _g.Op("Mul", _g.Op("Unsqueeze", _g.Op("Cast", [positions], ("to", ToFloat)), _g.Integers(2)), _g.Parameter("model.rotary_emb.inv_freq"));
        var both = _g.Op("Unsqueeze", _g.Op("Concat", [angles, angles], ("axis", -1)), _g.Integers(1));
        return (_g.Op("Cos", both), _g.Op("Sin", both));
    }

    /// <summary>[batch, sequence, heads * head width] to [batch, heads, sequence, head width].</summary>
    private string Split(string x, int heads) => _g.Transpose(_g.Reshape(x, 0, -1, heads, _shape.HeadWidth), 0, 2, 1, 3);

    private string Rotate(string x)
    {
        var half = _shape.HeadWidth / 2;
        var first = _g.Op("Slice", x, _g.Integers(0), _g.Integers(half), _g.Integers(3));
        var second = _g.Op("Slice", x, _g.Integers(half), _g.Integers(_shape.HeadWidth), _g.Integers(3));
        var turned = _g.Op("Concat", [_g.Op("Neg", second), first], ("axis", -1));
        return _g.Op("Add", _g.Op("Mul", x, _cos), _g.Op("Mul", turned, _sin));
    }

    /// <summary>Every head of keys or values once for each head of queries that shares it.</summary>
    private string Repeat(string x)
    {
        var expanded = _g.Op("Expand", _g.Op("Unsqueeze", x, _g.Integers(2)), _g.Integers(1, 1, _shape.Heads / _shape.KvHeads, 1, 1));
        return _g.Reshape(expanded, 0, _shape.Heads, -1, _shape.HeadWidth);
    }
}
