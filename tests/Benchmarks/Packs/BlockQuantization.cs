using System.Runtime.InteropServices;
using Google.Protobuf;
using MultiModalMesh.OnnxGraphs.Schema;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>
/// Rewrites a graph for 8 bit arithmetic with ONNX Runtime's MatMulNBits: every multiplication with a constant matrix gets that matrix in
/// blocks of 8 bit numbers with a scale each, and rounds its input likewise, row by row, so that what a row gives does not depend on the rows
/// beside it. (One scale for the whole input, as DynamicQuantizeLinear has it, would let the answer to one caller depend on who else is in the batch.)
/// </summary>
internal static class BlockQuantization
{
    private const int BlockSize = 32;

    /// <summary>Stands for zero where no zero points are given.</summary>
    private const int Zero = 128;

    /// <summary>The operator's accuracy level at which it multiplies 8 bit numbers.</summary>
    private const int IntegerArithmetic = 4;

    public static void Rewrite(string source, string target)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(source));
        var graph = model.Graph;
        var matrices = graph.Initializer.Where(t => t.Dims.Count == 2 && t.DataType == (int)TensorProto.Types.DataType.Float).ToDictionary(t => t.Name);
        var transposed = graph.Node
            .Where(node => node.OpType == "Transpose" && matrices.ContainsKey(node.Input[0])).ToDictionary(node => node.Output[0], node => node.Input[0]);
        var nodes = graph.Node.ToList();
        graph.Node.Clear();
        foreach (var node in nodes)
        {
            var weight = node.OpType == "MatMul" ? transposed.GetValueOrDefault(node.Input[1]) ?? (matrices.ContainsKey(node.Input[1]) ? node.Input[1] : null) : null;
            if (weight is null)
            {
                graph.Node.Add(node);
                continue;
            }

            Replace(graph, node, matrices[weight], transposed.ContainsKey(node.Input[1]));
        }

        // Parameters that nothing reads any more would only make the file larger.
        var read = graph.Node.SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        foreach (var unread in graph.Node.Where(node => node.OpType == "Transpose" && transposed.ContainsKey(node.Output[0]) && !read.Contains(node.Output[0])).ToList())
        {
            graph.Node.Remove(unread);
        }

        read = graph.Node.SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        foreach (var unread in graph.Initializer.Where(tensor => !read.Contains(tensor.Name)).ToList())
        {
            graph.Initializer.Remove(unread);
        }

        if (model.OpsetImport.All(set => set.Domain != "com.microsoft"))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        }

        using var file = File.Create(target);
        model.WriteTo(file);
    }

    private static void Replace(GraphProto graph, NodeProto node, TensorProto matrix, bool isTransposed)
    {
        var (rows, columns) = isTransposed ? (matrix.Dims[1], matrix.Dims[0]) : (matrix.Dims[0], matrix.Dims[1]);
        var (values, scales) = Blocks(matrix, isTransposed, (int)rows, (int)columns);
        var blocks = (rows + BlockSize - 1) / BlockSize;
        graph.Initializer.Add(new TensorProto
        {
            Name = node.Name + "_blocks",
            DataType = (int)TensorProto.Types.DataType.Uint8,
            Dims = { columns, blocks, BlockSize },
            RawData = ByteString.CopyFrom(values),
        });
        graph.Initializer.Add(new TensorProto
        {
            Name = node.Name + "_scales",
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { columns * blocks },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(scales.AsSpan())),
        });
        var replacement = new NodeProto
        {
            OpType = "MatMulNBits",
            Domain = "com.microsoft",
            Name = node.Name,
            Input = { node.Input[0], node.Name + "_blocks", node.Name + "_scales" },
            Output = { node.Output[0] },
        };
        foreach (var (name, value) in new (string, long)[] { ("K", rows), ("N", columns), ("bits", 8), ("block_size", BlockSize), ("accuracy_level", IntegerArithmetic) })
        {
            replacement.Attribute.Add(new AttributeProto { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int });
        }

        graph.Node.Add(replacement);
    }

    /// <summary>Values [columns, blocks, block size] around 128, and what one step is worth in each block.</summary>
    private static (byte[] Values, float[] Scales) Blocks(TensorProto matrix, bool isTransposed, int rows, int columns)
    {
        var from = MemoryMarshal.Cast<byte, float>(matrix.RawData.Span);
        var blocks = (rows + BlockSize - 1) / BlockSize;
        var values = new byte[columns * blocks * BlockSize];
        Array.Fill(values, (byte)Zero);
        var scales = new float[columns * blocks];
        for (var column = 0; column < columns; column++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var (start, end) = (block * BlockSize, Math.Min(rows, (block + 1) * BlockSize));
                var largest = 0f;
                for (var row = start; row < end; row++)
                {
                    largest = Math.Max(largest, Math.Abs(At(from, row, column)));
                }

                var scale = scales[(column * blocks) + block] = largest > 0 ? largest / (Zero - 1) : 1;
                for (var row = start; row < end; row++)
                {
                    values[(((column * blocks) + block) * BlockSize) + row - start] = (byte)(Zero + Math.Round(At(from, row, column) / scale));
                }
            }
        }

        return (values, scales);

        float At(ReadOnlySpan<float> m, int row, int column) => isTransposed ? m[(column * rows) + row] : m[(row * columns) + column];
    }
}
