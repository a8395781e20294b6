using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Model;

/// <summary>Sine and cosine position codes (Vaswani et al. 2017, arXiv:1706.03762), values in [-1, 1].</summary>
internal static class SinusoidalPositions
{
    /// <summary>[grid * grid, width]: the first half codes the row, the second half the column.</summary>
    public static Tensor Grid(int grid, int width)
    {
        var values = new float[grid * grid * width];
        for (var patch = 0; patch < grid * grid; patch++)
        {
            Fill(values.AsSpan(patch * width, width / 2), patch / grid, 100);
            Fill(values.AsSpan((patch * width) + (width / 2), width / 2), patch % grid, 100);
        }

        return tensor(values, [grid * grid, width]);
    }

    /// <summary>[count, width].</summary>
    public static Tensor Line(int count, int width)
    {
        var values = new float[count * width];
        for (var position = 0; position < count; position++)
        {
            Fill(values.AsSpan(position * width, width), position, 1000);
        }

        return tensor(values, [count, width]);
    }

    private static void Fill(Span<float> code, int position, double longest)
    {
        for (var i = 0; i < code.Length; i += 2)
        {
            var angle = position / Math.Pow(longest, (double)i / code.Length);
            code[i] = (float)Math.Sin(angle);
            code[i + 1] = (float)Math.Cos(angle);
        }
    }
}
