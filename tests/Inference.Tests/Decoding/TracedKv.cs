using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Inference.Decoding;

namespace MultiModalMesh.Inference.Tests.Decoding;

/// <summary>Stands for a model: keys and values that are a function of all keys up to their position, so that anything misplaced shows.</summary>
internal static unsafe class TracedKv
{
    public static readonly KvLayout Layout = new([new(2, 3), new(1, 4)], TensorElementType.Float);

    /// <summary>Does what a run does: reads the past, writes the present; every row advances by <paramref name="count"/> positions.</summary>
    /// <param name="sequences">For every row its keys, at least to its new end.</param>
    public static void Advance(KvBatch batch, IReadOnlyList<Trace> sequences, int count)
    {
        batch.Reserve(count, 5);
        for (var tensor = 0; tensor < Layout.Tensors.Length; tensor++)
        {
            var (heads, width) = (Layout.Tensors[tensor].Heads, Layout.Tensors[tensor].Width);
            var past = batch.Past(tensor).GetTensorDataAsSpan<float>();
            var present = batch.Present(tensor, count).GetTensorMutableDataAsSpan<float>();
            for (var row = 0; row < batch.Rows; row++)
            {
                for (var head = 0; head < heads; head++)
                {
                    var from = ((row * heads) + head) * batch.Length * width;
                    var to = ((row * heads) + head) * (batch.Length + count) * width;
                    past.Slice(from, batch.Length * width).CopyTo(present[to..]);
                    for (var i = 0; i < count; i++)
                    {
                        for (var d = 0; d < width; d++)
                        {
                            present[to + ((batch.Length + i) * width) + d] = Value(sequences[row], batch.LengthOf(row) + i, tensor, head, d);
                        }
                    }
                }
            }
        }

        batch.Advance(count);
    }

    public static void Advance(KvBatch batch, UInt128[] keys, int count) => Advance(batch, [new Trace(keys)], count);

    /// <summary>A row as it is in the batch: all tensors, <c>[heads, length, width]</c> each.</summary>
    public static float[] Read(KvBatch batch, int row)
    {
        var values = new float[batch.LengthOf(row) * (int)(Layout.BytesPerPosition / sizeof(float))];
        fixed (float* block = values)
        {
            batch.Read(row, 0, batch.LengthOf(row), (byte*)block);
        }

        return values;
    }

    /// <summary>A row as it should be.</summary>
    public static float[] Expected(Trace sequence, int length)
    {
        List<float> values = [];
        for (var tensor = 0; tensor < Layout.Tensors.Length; tensor++)
        {
            for (var head = 0; head < Layout.Tensors[tensor].Heads; head++)
            {
                for (var position = 0; position < length; position++)
                {
                    for (var d = 0; d < Layout.Tensors[tensor].Width; d++)
                    {
                        values.Add(Value(sequence, position, tensor, head, d));
                    }
                }
            }
        }

        return [.. values];
    }

    private static float Value(Trace sequence, int position, int tensor, int head, int d) =>
        sequence.Digests[position] + (tensor * 0.5f) + (head * 0.25f) + (d * 0.0625f);
}

/// <summary>A sequence, with a number for each position that depends on all keys up to it.</summary>
internal sealed class Trace
{
    public Trace(UInt128[] keys)
    {
        Digests = new float[keys.Length];
        var digest = 17UL;
        for (var i = 0; i < keys.Length; i++)
        {
            digest = unchecked((digest * 6364136223846793005) + (ulong)keys[i] + (ulong)(keys[i] >> 64));
            Digests[i] = digest >> 46;
        }
    }

    public float[] Digests { get; }
}
