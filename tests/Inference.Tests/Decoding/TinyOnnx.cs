using System.Runtime.InteropServices;
using System.Text;

namespace MultiModalMesh.Inference.Tests.Decoding;

/// <summary>Writes a small ONNX graph (onnx.proto, operator set 17) field by field.</summary>
internal sealed class TinyOnnx : IDisposable
{
    public const int Float = 1;
    public const int Int64 = 7;
    public const int Float16 = 10;

    private const int IntAttribute = 2;
    private const int IntsAttribute = 7;

    private readonly MemoryStream _graph = new();

    public TinyOnnx() => Text(_graph, 2, "tiny");

    public void Input(string name, int type, params object[] shape) => Value(11, name, type, shape);

    public void Output(string name, int type, params object[] shape) => Value(12, name, type, shape);

    public void Constant(string name, int type, ReadOnlySpan<byte> data, params ReadOnlySpan<long> shape)
    {
        var tensor = new MemoryStream();
        foreach (var dimension in shape)
        {
            Number(tensor, 1, dimension);
        }

        Number(tensor, 2, type);
        Text(tensor, 8, name);
        Bytes(tensor, 9, data);
        Message(_graph, 5, tensor);
    }

    public void Constant(string name, params long[] values) => Constant(name, Int64, MemoryMarshal.AsBytes(values.AsSpan()), values.Length);

    public void Scalar(string name, long value) => Constant(name, Int64, BitConverter.GetBytes(value));

    public void Scalar(string name, float value) => Constant(name, Float, BitConverter.GetBytes(value));

    /// <param name="attribute">A name and a <see cref="long"/> or an array of them.</param>
    public void Node(string operation, string output, string[] inputs, (string Name, object Value)? attribute = null)
    {
        var node = new MemoryStream();
        foreach (var input in inputs)
        {
            Text(node, 1, input);
        }

        Text(node, 2, output);
        Text(node, 3, output);
        Text(node, 4, operation);
        if (attribute is { } given)
        {
            var message = new MemoryStream();
            Text(message, 1, given.Name);
            if (given.Value is long[] numbers)
            {
                Array.ForEach(numbers, number => Number(message, 8, number));
                Number(message, 20, IntsAttribute);
            }
            else
            {
                Number(message, 3, (long)given.Value);
                Number(message, 20, IntAttribute);
            }

            Message(node, 5, message);
        }

        Message(_graph, 1, node);
    }

    public byte[] ToBytes()
    {
        var model = new MemoryStream();
        Number(model, 1, 8);
        Message(model, 7, _graph);
        var operators = new MemoryStream();
        Number(operators, 2, 17);
        Message(model, 8, operators);
        return model.ToArray();
    }

    public void Dispose() => _graph.Dispose();

    private void Value(int field, string name, int type, object[] shape)
    {
        var dimensions = new MemoryStream();
        foreach (var size in shape)
        {
            var dimension = new MemoryStream();
            if (size is string symbol)
            {
                Text(dimension, 2, symbol);
            }
            else
            {
                Number(dimension, 1, (int)size);
            }

            Message(dimensions, 1, dimension);
        }

        var tensor = new MemoryStream();
        Number(tensor, 1, type);
        Message(tensor, 2, dimensions);
        var wrapped = new MemoryStream();
        Message(wrapped, 1, tensor);
        var value = new MemoryStream();
        Text(value, 1, name);
        Message(value, 2, wrapped);
        Message(_graph, field, value);
    }

    private static void Number(Stream stream, int field, long value)
    {
        Varint(stream, (ulong)(field << 3));
        Varint(stream, unchecked((ulong)value));
    }

    private static void Text(Stream stream, int field, string text) => Bytes(stream, field, Encoding.UTF8.GetBytes(text));

    private static void Message(Stream stream, int field, MemoryStream message) => Bytes(stream, field, message.ToArray());

    private static void Bytes(Stream stream, int field, ReadOnlySpan<byte> bytes)
    {
        Varint(stream, (ulong)((field << 3) | 2));
        Varint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Varint(Stream stream, ulong value)
    {
        for (; value > 127; value >>= 7)
        {
            stream.WriteByte((byte)(value | 128));
        }

        stream.WriteByte((byte)value);
    }
}
