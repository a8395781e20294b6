using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Keys and values of all layers for the first <see cref="Length"/> positions of a sequence, <c>[1, heads, length, head_dim]</c> each, as
/// the graph gave them. Never written to, so that a sequence and the prefix cache can share it; counted references decide when it is freed.
/// </summary>
internal sealed class KvState
{
    private readonly OrtValue[] _values;
    private int _references = 1;

    public KvState(OrtValue[] values, int length)
    {
        _values = values;
        Length = length;
        foreach (var value in values)
        {
            Bytes += value.GetTensorTypeAndShape().ElementCount * sizeof(float);
        }
    }

    public int Length { get; }

    public long Bytes { get; }

    /// <summary>In the order of the graph's past inputs; valid as long as a reference is held.</summary>
    public IReadOnlyList<OrtValue> Values => _values;

    public KvState AddReference()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            foreach (var value in _values)
            {
                value.Dispose();
            }
        }
    }

    /// <summary>A copy of the first positions.</summary>
    public KvState Truncate(int length)
    {
        var values = new OrtValue[_values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var shape = _values[i].GetTensorTypeAndShape().Shape;
            var (heads, width) = ((int)shape[1], (int)shape[3]);
            values[i] = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, [1, heads, length, width]);
            var source = _values[i].GetTensorDataAsSpan<float>();
            var target = values[i].GetTensorMutableDataAsSpan<float>();
            for (var head = 0; head < heads; head++)
            {
                source.Slice(head * Length * width, length * width).CopyTo(target[(head * length * width)..]);
            }
        }

        return new KvState(values, length);
    }
}
