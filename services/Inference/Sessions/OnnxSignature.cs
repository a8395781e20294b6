using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Sessions;

/// <summary>
/// What a graph takes and gives, read from an ONNX file without opening it: the messages of onnx.proto3 are walked and everything else,
/// weights above all, is skipped. Cheap enough to check a pack whose models this process may never run.
/// </summary>
internal sealed class OnnxSignature
{
    // Field numbers of onnx.proto3.
    private const int ModelGraph = 7, GraphInput = 11, GraphOutput = 12;
    private const int ValueName = 1, ValueType = 2, TypeTensor = 1, TensorElement = 1, TensorShape = 2, ShapeDimension = 1, DimensionValue = 1;

    private const int LongestValue = 1 << 20;
    private const int MostValues = 65_536;

    private readonly Dictionary<string, GraphTensor> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GraphTensor> _outputs = new(StringComparer.Ordinal);

    private OnnxSignature(string path) => Path = path;

    public string Path { get; }

    public IReadOnlyDictionary<string, GraphTensor> Inputs => _inputs;

    public IReadOnlyDictionary<string, GraphTensor> Outputs => _outputs;

    /// <summary>Reads a file's signature.</summary>
    /// <exception cref="MeshException">PackInvalid: the file is missing, cut short, or no ONNX graph.</exception>
    public static OnnxSignature Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            var signature = new OnnxSignature(path);
            var found = false;
            Walk(stream, stream.Length, (field, end) =>
            {
                if (field == ModelGraph)
                {
                    found = true;
                    signature.ReadGraph(stream, end);
                }
            });
            return found && signature._outputs.Count > 0 ? signature : throw signature.Invalid("is no ONNX model: it has no graph with outputs");
        }
        catch (InvalidDataException e)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: the ONNX file is cut short or damaged: {e.Message}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <exception cref="MeshException">PackInvalid: there is no such input, or it has another rank.</exception>
    public GraphTensor Input(string name, int rank) => Find(_inputs, "input", name, rank);

    /// <exception cref="MeshException">PackInvalid: there is no such output, or it has another rank.</exception>
    public GraphTensor Output(string name, int rank) => Find(_outputs, "output", name, rank);

    public MeshException Invalid(string what) => new(ErrorReason.PackInvalid, $"{Path}: {what}.");

    private GraphTensor Find(Dictionary<string, GraphTensor> tensors, string kind, string name, int rank)
    {
        if (!tensors.TryGetValue(name, out var tensor))
        {
            throw Invalid($"the {kind} '{name}' is missing; the graph has {string.Join(", ", tensors.Keys)}");
        }

        return tensor.Shape.Length == rank ? tensor : throw Invalid($"the {kind} '{name}' has {tensor.Shape.Length} dimensions; {rank} are needed");
    }

    private void ReadGraph(FileStream stream, long end) => Walk(stream, end, (field, valueEnd) =>
    {
        if (field is GraphInput or GraphOutput)
        {
            var tensor = ReadValue(stream, valueEnd);
            var tensors = field == GraphInput ? _inputs : _outputs;
            tensors[tensor.Name] = tensors.Count < MostValues ? tensor : throw new InvalidDataException("it has too many inputs or outputs");
        }
    });

    private static GraphTensor ReadValue(FileStream stream, long end)
    {
        if (end - stream.Position > LongestValue)
        {
            throw new InvalidDataException("the description of an input or output is too long");
        }

        var name = "";
        var type = TensorElementType.DataTypeMax;
        List<int> shape = [];
        Walk(stream, end, (field, valueEnd) =>
        {
            if (field == ValueName)
            {
                name = Text(stream, valueEnd);
            }
            else if (field == ValueType)
            {
                Walk(stream, valueEnd, (kind, typeEnd) =>
                {
                    if (kind == TypeTensor)
                    {
                        Walk(
                            stream, typeEnd,
                            (part, partEnd) => ReadShape(stream, part, partEnd, shape),
                            (part, value) => type = part == TensorElement ? (TensorElementType)value : type);
                    }
                });
            }
        });
        return new GraphTensor(name, type, [.. shape]);
    }

    private static void ReadShape(FileStream stream, int field, long end, List<int> shape)
    {
        if (field != TensorShape)
        {
            return;
        }

        Walk(stream, end, (part, partEnd) =>
        {
            if (part == ShapeDimension)
            {
                var size = -1;
                Walk(stream, partEnd, (_, _) => { }, (kind, value) => size = kind == DimensionValue && value is >= 0 and <= int.MaxValue ? (int)value : size);
                shape.Add(size);
            }
        });
    }

    /// <summary>Goes through the fields of a message; whatever a visitor leaves of a nested message is skipped.</summary>
    private static void Walk(FileStream stream, long end, Action<int, long> nested, Action<int, long>? number = null)
    {
        while (stream.Position < end)
        {
            var tag = Varint(stream, end);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    var value = Varint(stream, end);
                    number?.Invoke(field, value);
                    break;
                case 1:
                    Skip(stream, stream.Position + 8, end);
                    break;
                case 2:
                    var length = Varint(stream, end);
                    if (length < 0 || length > end - stream.Position)
                    {
                        throw new InvalidDataException($"a part of {length} bytes does not fit");
                    }

                    var partEnd = stream.Position + length;
                    nested(field, partEnd);
                    Skip(stream, partEnd, end);
                    break;
                case 5:
                    Skip(stream, stream.Position + 4, end);
                    break;
                default:
                    throw new InvalidDataException("it is not in protobuf form");
            }
        }
    }

    private static void Skip(FileStream stream, long to, long end)
    {
        if (to > end)
        {
            throw new InvalidDataException("it ends within a field");
        }

        if (stream.Position != to)
        {
            stream.Position = to;
        }
    }

    private static long Varint(FileStream stream, long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.Position < end ? stream.ReadByte() : -1;
            if (next < 0)
            {
                throw new InvalidDataException("it ends within a field");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("it is not in protobuf form");
    }

    private static string Text(FileStream stream, long end)
    {
        var bytes = new byte[end - stream.Position];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
