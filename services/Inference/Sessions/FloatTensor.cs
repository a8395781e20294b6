using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MultiModalMesh.Inference.Sessions;

/// <summary>Numbers into and out of graphs of full and of half precision.</summary>
internal static class FloatTensor
{
    /// <summary>A tensor of the type that a graph takes; dispose it after the run. Does not copy where the graph takes 32-bit numbers.</summary>
    public static OrtValue Create(Memory<float> values, long[] shape, TensorElementType type)
    {
        if (type == TensorElementType.Float)
        {
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape);
        }

        var halves = new Float16[values.Length];
        Span<Half> target = MemoryMarshal.Cast<Float16, Half>(halves.AsSpan());
        var source = values.Span;
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = (Half)source[i];
        }

        return OrtValue.CreateTensorValueFromMemory(halves, shape);
    }

    /// <summary>The numbers of a tensor: its own memory where they are 32-bit, so they live as long as it does.</summary>
    public static ReadOnlySpan<float> Read(OrtValue tensor)
    {
        if (tensor.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float)
        {
            return tensor.GetTensorDataAsSpan<float>();
        }

        var halves = MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorDataAsSpan<Float16>());
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)halves[i];
        }

        return values;
    }
}
