using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>The pictures' features of a batch for cross-attention, <c>[rows, tokens, width]</c>; put together when the batch's rows change.</summary>
internal sealed class EncoderRows(TensorElementType type) : IDisposable
{
    private readonly NativeBuffer _buffer = new();

    public OrtValue? Value { get; private set; }

    /// <param name="sequences">Their pictures have the same number of rows.</param>
    public void Set(List<Sequence> sequences)
    {
        Value?.Dispose();
        var image = sequences[0].Request.Image!;
        var count = image.Values.Length;
        var size = type == TensorElementType.Float16 ? 2 : sizeof(float);
        _buffer.Reserve((long)sequences.Count * count * size);
        for (var row = 0; row < sequences.Count; row++)
        {
            if (type == TensorElementType.Float16)
            {
                TensorPrimitives.ConvertToHalf(sequences[row].Request.Image!.Values, _buffer.Span<Half>((long)row * count, count));
            }
            else
            {
                sequences[row].Request.Image!.Values.CopyTo(_buffer.Span<float>((long)row * count, count));
            }
        }

        Value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, [sequences.Count, image.Tokens, image.Width], _buffer.Address, (long)sequences.Count * count * size);
    }

    public void Dispose()
    {
        Value?.Dispose();
        Value = null;
        _buffer.Dispose();
    }
}
