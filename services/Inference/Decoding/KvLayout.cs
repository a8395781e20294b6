using Microsoft.ML.OnnxRuntime.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>One key or value tensor of a layer: <c>[batch, Heads, length, Width]</c>.</summary>
internal readonly record struct KvTensor(int Heads, int Width);

/// <summary>The key and value tensors of a decoder, in the order of its inputs; all of one element type.</summary>
internal sealed class KvLayout
{
    public KvLayout(IReadOnlyList<KvTensor> tensors, TensorElementType type)
    {
        Tensors = [.. tensors];
        Type = type;
        ElementSize = type == TensorElementType.Float16 ? 2 : 4;
        foreach (var tensor in Tensors)
        {
            BytesPerPosition += PositionBytes(tensor);
        }
    }

    public KvTensor[] Tensors { get; }

    /// <summary>Float or Float16.</summary>
    public TensorElementType Type { get; }

    public int ElementSize { get; }

    /// <summary>All tensors together, for one position of one sequence.</summary>
    public long BytesPerPosition { get; }

    public int PositionBytes(KvTensor tensor) => tensor.Heads * tensor.Width * ElementSize;
}
