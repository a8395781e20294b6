using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Finds out whether a graph computes the same for a sequence with padding in front, beside a longer one, as for the sequence alone. Whether it
/// does cannot be read from its inputs: one without <c>position_ids</c> may count positions by the mask, or be rotary, where only distances
/// matter, or count from the start of the padding; a fused attention operator may take the mask for a mere length.
/// </summary>
internal static class PaddingProbe
{
    // Of the logits' range. Rounding stays far below; attending to padding, or positions that are off, is far above.
    private const float Tolerance = 0.02f;

    private static readonly int[] Short = [1, 2, 3];
    private static readonly int[] Long = [4, 3, 2, 1, 5, 6, 7, 8];

    public static bool CanPad(DecoderRunner runner)
    {
        var graph = runner.Graph;
        if (!graph.HasDynamicBatch || graph.Mask is null || graph.VocabularySize <= Long.Length || graph.Encoder is { Shape: [_, _, < 0] })
        {
            return false;
        }

        var memory = new KvMemory("running");
        using var alone = Prefilled(runner, memory, Short);
        using var together = Prefilled(runner, memory, Short);
        using var longer = Prefilled(runner, memory, Long);
        using var encoder = Encoder(graph, 1);
        using var encoders = Encoder(graph, 2);
        alone.Reserve(1);
        runner.Run(alone, [0], encoder);
        var expected = runner.Logits(0).ToArray();
        together.Take(longer, 1);
        together.Reserve(1);
        runner.Run(together, [0, 1], encoders);
        var actual = runner.Logits(0);
        var range = TensorPrimitives.Max<float>(expected) - TensorPrimitives.Min<float>(expected);
        TensorPrimitives.Subtract(actual, expected, expected);
        return TensorPrimitives.MaxMagnitude<float>(expected) is var difference && Math.Abs(difference) <= Tolerance * range;
    }

    private static KvBatch Prefilled(DecoderRunner runner, KvMemory memory, int[] tokens)
    {
        var batch = new KvBatch(runner.Graph.Layout, memory);
        batch.Start(0, tokens.Length, 1);
        using var encoder = Encoder(runner.Graph, 1);
        runner.Run(batch, tokens, encoder);
        return batch;
    }

    private static OrtValue? Encoder(DecoderGraph graph, int rows)
    {
        if (graph.Encoder is not { } encoder)
        {
            return null;
        }

        // Sizes that the graph leaves open are not known before the first picture; such a graph is not padded.
        long[] shape = [rows, Math.Max(encoder.Shape[1], 1), encoder.Shape[2]];
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, encoder.Type, shape);
        value.GetTensorMutableRawData().Clear();
        return value;
    }
}
