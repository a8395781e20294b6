using System.Globalization;
using MultiModalMesh.OnnxGraphs.Schema;

namespace MultiModalMesh.OnnxGraphs;

/// <summary>The values of a graph's parameters in a file beside it (ONNX external data), written as they come, so that a large model never lies in memory.</summary>
/// <param name="path">The file to write, in the folder of the graph.</param>
public sealed class WeightFile(string path) : IDisposable
{
    /// <summary>Runtimes map the file into memory, and want every tensor to begin on a page.</summary>
    private const int Alignment = 4096;

    private readonly FileStream _file = File.Create(path);

    public void Dispose() => _file.Dispose();

    /// <summary>Writes a tensor's values and notes in the tensor where they lie.</summary>
    internal void Append(TensorProto tensor, ReadOnlySpan<byte> values)
    {
        _file.Write(new byte[(Alignment - (int)(_file.Position % Alignment)) % Alignment]);
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        Note("location", Path.GetFileName(path));
        Note("offset", _file.Position.ToString(CultureInfo.InvariantCulture));
        Note("length", values.Length.ToString(CultureInfo.InvariantCulture));
        _file.Write(values);

        void Note(string key, string value) => tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }
}
