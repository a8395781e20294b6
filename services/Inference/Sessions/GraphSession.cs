using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;

namespace MultiModalMesh.Inference.Sessions;

/// <summary>A tensor that a graph takes or gives; -1 stands for a dimension that is only known when it runs.</summary>
internal sealed record GraphTensor(string Name, TensorElementType Type, int[] Shape);

/// <summary>An opened ONNX graph, with checks that name the file and the tensor at fault. Safe for concurrent runs.</summary>
internal sealed class GraphSession : IDisposable
{
    private static readonly TensorElementType[] FloatTypes = [TensorElementType.Float, TensorElementType.Float16];

    private readonly RunOptions _runOptions = new();
    private readonly InferenceSession _session;

    private GraphSession(string path, InferenceSession session, bool copiesBoundInputs)
    {
        Path = path;
        _session = session;
        CopiesBoundInputs = copiesBoundInputs;
    }

    public string Path { get; }

    /// <summary>
    /// Whether the runtime copies a tensor in the CPU's memory to the device when it is bound, and not when the graph runs: one whose content has
    /// changed since must be bound again.
    /// </summary>
    public bool CopiesBoundInputs { get; }

    public IEnumerable<string> InputNames => _session.InputMetadata.Keys;

    public IEnumerable<string> OutputNames => _session.OutputMetadata.Keys;

    /// <exception cref="MeshException">PackInvalid: the file is missing, cut short, or uses what the runtime does not know.</exception>
    /// <param name="varyingShapes">For a graph whose input shapes differ from run to run, a KV cache's for one.</param>
    public static GraphSession Open(string path, InferenceOptions options, bool varyingShapes = false)
    {
        if (!File.Exists(path))
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: the file is missing.");
        }

        try
        {
            using var settings = OrtRuntime.CreateSessionOptions(options);

            // The runtime would trace and keep an allocation plan for every new shape, without limit.
            settings.EnableMemoryPattern = !varyingShapes;
            return new GraphSession(path, new InferenceSession(path, settings), DeviceSelection.Of(options).CudaIndex is not null);
        }
        catch (OnnxRuntimeException e)
        {
            throw new MeshException(ErrorReason.PackInvalid, $"{path}: the ONNX graph cannot be loaded: {e.Message.Split('\n')[0]}", e);
        }
    }

    public bool HasInput(string name) => _session.InputMetadata.ContainsKey(name);

    public bool HasOutput(string name) => _session.OutputMetadata.ContainsKey(name);

    public GraphTensor Input(string name, TensorElementType type, int rank) => Check(_session.InputMetadata, "input", name, [type], rank);

    public GraphTensor Output(string name, TensorElementType type, int rank) => Check(_session.OutputMetadata, "output", name, [type], rank);

    /// <summary>An input of 32-bit or, in graphs of half precision, 16-bit numbers.</summary>
    public GraphTensor FloatInput(string name, int rank) => Check(_session.InputMetadata, "input", name, FloatTypes, rank);

    /// <summary>An output of 32-bit or, in graphs of half precision, 16-bit numbers.</summary>
    public GraphTensor FloatOutput(string name, int rank) => Check(_session.OutputMetadata, "output", name, FloatTypes, rank);

    public OrtIoBinding CreateBinding() => _session.CreateIoBinding();

    /// <summary>Runs the graph from and to what is bound.</summary>
    public void Run(OrtIoBinding binding) => _session.RunWithBinding(_runOptions, binding);

    /// <summary>Runs the graph; the outputs belong to the caller.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs, IReadOnlyCollection<string> outputNames) =>
        _session.Run(_runOptions, inputNames, inputs, outputNames);

    public MeshException Invalid(string what) => new(ErrorReason.PackInvalid, $"{Path}: {what}.");

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }

    private GraphTensor Check(IReadOnlyDictionary<string, NodeMetadata> tensors, string kind, string name, TensorElementType[] types, int rank)
    {
        if (!tensors.TryGetValue(name, out var metadata))
        {
            throw Invalid($"the {kind} '{name}' is missing; the graph has {string.Join(", ", tensors.Keys)}");
        }

        if (!metadata.IsTensor || !types.Contains(metadata.ElementDataType))
        {
            var actual = metadata.IsTensor ? metadata.ElementDataType.ToString() : metadata.OnnxValueType.ToString();
            throw Invalid($"the {kind} '{name}' is {actual}; {string.Join(" or ", types)} is needed");
        }

        return metadata.Dimensions.Length == rank
            ? new GraphTensor(name, metadata.ElementDataType, metadata.Dimensions)
            : throw Invalid($"the {kind} '{name}' has {metadata.Dimensions.Length} dimensions; {rank} are needed");
    }
}
