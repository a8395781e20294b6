using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>A small input or output of a graph, over memory of its own; bound again only when its shape changes.</summary>
internal sealed class BoundTensor(OrtIoBinding binding, string name, TensorElementType type, bool isOutput = false) : IDisposable
{
    private readonly NativeBuffer _buffer = new();
    private OrtValue? _value;
    private long[] _shape = [];

    public TensorElementType Type => type;

    public NativeBuffer Buffer => _buffer;

    /// <param name="shape">Not kept.</param>
    public void Bind(params ReadOnlySpan<long> shape)
    {
        if (_value is not null && shape.SequenceEqual(_shape))
        {
            return;
        }

        var elements = 1L;
        foreach (var dimension in shape)
        {
            elements *= dimension;
        }

        if (shape.Length != _shape.Length)
        {
            _shape = new long[shape.Length];
        }

        shape.CopyTo(_shape);
        var bytes = elements * SizeOf(type);
        _value?.Dispose();
        _buffer.Reserve(bytes);
        _value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, _shape, _buffer.Address, bytes);
        if (isOutput)
        {
            binding.BindOutput(name, _value);
        }
        else
        {
            binding.BindInput(name, _value);
        }
    }

    /// <summary>Binds what the buffer holds now: <see cref="Sessions.GraphSession.CopiesBoundInputs"/>.</summary>
    public void BindAgain() => binding.BindInput(name, _value);

    public void Dispose()
    {
        _value?.Dispose();
        _buffer.Dispose();
    }

    private static int SizeOf(TensorElementType type) => type switch
    {
        TensorElementType.Int64 => sizeof(long),
        TensorElementType.Float => sizeof(float),
        TensorElementType.Float16 => 2,
        TensorElementType.Bool => 1,
        _ => throw new NotSupportedException($"Tensors of {type} are not bound here."),
    };
}
