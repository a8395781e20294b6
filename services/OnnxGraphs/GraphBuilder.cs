using System.Runtime.InteropServices;
using Google.Protobuf;
using MultiModalMesh.OnnxGraphs.Schema;

namespace MultiModalMesh.OnnxGraphs;

/// <summary>Writes an ONNX graph node by node; every method returns the name of the value it makes.</summary>
/// <param name="name">Of the graph.</param>
/// <param name="parameters">Shape and values of a parameter by name; asked once for each.</param>
/// <param name="weights">Takes the parameters' values where they should lie beside the graph; null: they lie in it, which a file of at most 2 GB allows.</param>
public sealed class GraphBuilder(string name, Func<string, (long[] Shape, float[] Values)> parameters, WeightFile? weights = null)
{
    /// <summary>Has LayerNormalization and is old enough for every runtime in use.</summary>
    private const int OperatorSet = 17;

    private const int FormatVersion = 8;

    /// <summary>Domain of the operators that ONNX Runtime adds to the standard's.</summary>
    private const string RuntimeDomain = "com.microsoft";

    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private int _next;

    /// <param name="name">Name of the input.</param>
    /// <param name="dimensions">Sizes (int or long) and names (string).</param>
    public string FloatInput(string name, params object[] dimensions) => Input(name, TensorProto.Types.DataType.Float, dimensions);

    public string IntegerInput(string name, params object[] dimensions) => Input(name, TensorProto.Types.DataType.Int64, dimensions);

    /// <summary>Makes a value an output under a name of its own.</summary>
    public void Output(string value, string name, params object[] dimensions)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        _graph.Output.Add(Describe(name, TensorProto.Types.DataType.Float, dimensions));
    }

    /// <summary>A parameter as an initializer of the same name and layout.</summary>
    public string Parameter(string name)
    {
        if (_constants.Add(name))
        {
            var (shape, values) = parameters(name);
            var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float };
            tensor.Dims.AddRange(shape);
            if (weights is null)
            {
                tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
            }
            else
            {
                weights.Append(tensor, MemoryMarshal.AsBytes(values.AsSpan()));
            }

            _graph.Initializer.Add(tensor);
        }

        return name;
    }

    public string Scalar(float value)
    {
        var name = $"float_{value:R}";
        if (_constants.Add(name))
        {
            _graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(BitConverter.GetBytes(value)) });
        }

        return name;
    }

    public string Integers(params long[] values)
    {
        var name = "integers_" + string.Join('_', values);
        if (_constants.Add(name))
        {
            _graph.Initializer.Add(new TensorProto
            {
                Name = name,
                DataType = (int)TensorProto.Types.DataType.Int64,
                Dims = { values.Length },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
            });
        }

        return name;
    }

    public string IntegerScalar(long value)
    {
        var name = $"integer_{value}";
        if (_constants.Add(name))
        {
            _graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64, RawData = ByteString.CopyFrom(BitConverter.GetBytes(value)) });
        }

        return name;
    }

    /// <param name="type">Name of the operator.</param>
    /// <param name="inputs">Values.</param>
    /// <param name="attributes">Of type int, float or long[].</param>
    public string Op(string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var output = $"{type}_{_next++}";
        var node = new NodeProto { OpType = type, Name = output, Input = { inputs }, Output = { output } };
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Name, a.Value)));
        _graph.Node.Add(node);
        return output;
    }

    public string Op(string type, params string[] inputs) => Op(type, inputs, []);

    /// <summary>An operator that only ONNX Runtime knows; an empty name among the inputs leaves an optional one out.</summary>
    /// <returns>As many values as <paramref name="outputs"/> says.</returns>
    public string[] RuntimeOp(string type, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        var values = Enumerable.Range(0, outputs).Select(i => $"{type}_{_next}_{i}").ToArray();
        var node = new NodeProto { OpType = type, Name = $"{type}_{_next++}", Domain = RuntimeDomain, Input = { inputs }, Output = { values } };
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Name, a.Value)));
        _graph.Node.Add(node);
        return values;
    }

    public string Transpose(string x, params long[] order) => Op("Transpose", [x], ("perm", order));

    public string Reshape(string x, params long[] shape) => Op("Reshape", x, Integers(shape));

    /// <summary>Size of one dimension, a scalar.</summary>
    public string Size(string x, long dimension) => Op("Gather", [Op("Shape", x), IntegerScalar(dimension)], ("axis", 0));

    /// <summary>Weights keep the trainer's [outputs, inputs]; the runtime folds the transposition when it loads the graph.</summary>
    public string Linear(string x, string parameter) =>
        Op("Add", Op("MatMul", x, Transpose(Parameter(parameter + ".weight"), 1, 0)), Parameter(parameter + ".bias"));

    public string LayerNorm(string x, string parameter) =>
        Op("LayerNormalization", [x, Parameter(parameter + ".weight"), Parameter(parameter + ".bias")], ("axis", -1), ("epsilon", 1e-5f));

    /// <summary>The exact GELU, in the form that runtimes fuse.</summary>
    public string Gelu(string x) =>
        Op("Mul", Op("Mul", x, Op("Add", Op("Erf", Op("Div", x, Scalar(MathF.Sqrt(2)))), Scalar(1))), Scalar(0.5f));

    /// <summary>Unit length along the last dimension of [batch, width].</summary>
    public string Normalize(string x) => Op("Div", x, Op("Max", Op("ReduceL2", [x], ("axes", new long[] { 1 }), ("keepdims", 1)), Scalar(1e-6f)));

    /// <param name="path">The file to write.</param>
    /// <param name="metadata">Facts that no runtime reads.</param>
    public void Save(string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var model = new ModelProto { IrVersion = FormatVersion, ProducerName = "multimodalmesh", Graph = _graph };
        model.MetadataProps.AddRange((metadata ?? new Dictionary<string, string>()).Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OperatorSet });
        if (_graph.Node.Any(node => node.Domain == RuntimeDomain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = RuntimeDomain, Version = 1 });
        }

        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int number => new AttributeProto { Name = name, I = number, Type = AttributeProto.Types.AttributeType.Int },
        float number => new AttributeProto { Name = name, F = number, Type = AttributeProto.Types.AttributeType.Float },
        long[] numbers => new AttributeProto { Name = name, Ints = { numbers }, Type = AttributeProto.Types.AttributeType.Ints },
        _ => throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.", nameof(value)),
    };

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, object[] dimensions)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dimensions.Select(d => d is string symbol
            ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(d, null) }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private string Input(string name, TensorProto.Types.DataType type, object[] dimensions)
    {
        _graph.Input.Add(Describe(name, type, dimensions));
        return name;
    }
}
