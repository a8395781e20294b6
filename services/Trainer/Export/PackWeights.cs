using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.OnnxGraphs.Schema;
using MultiModalMesh.Trainer.Commands;
using MultiModalMesh.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Export;

/// <summary>
/// Reads weights back from a pack: initializers carry the trainer's own names. What only training uses is not in the pack, except two scalars and the
/// number of samples seen, which are metadata; the rest (the centre head, the optimizer's moments) starts anew.
/// </summary>
internal static class PackWeights
{
    private static readonly string[] Graphs = [PictoGraphs.Vision, PictoGraphs.Text, PictoGraphs.Decoder];

    /// <summary>Metadata of the vision graph.</summary>
    public const string NextSample = "next_sample";

    /// <summary>Scalars that training goes on from.</summary>
    public static readonly string[] TrainingScalars = ["patch_class.scale", "temperature", "sigmoid_bias"];

    /// <exception cref="MeshException">The folder is no pack of this trainer.</exception>
    public static void CheckArchitecture(string pack)
    {
        var missing = ((string[])[Workspace.TokenizerName, Workspace.PreprocessorName, "config.json", .. Graphs.Select(g => Path.Combine("onnx", g))]).FirstOrDefault(f => !File.Exists(Path.Combine(pack, f)));
        if (missing is not null)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"init: {pack} is no pack that the trainer can start from: it has no {missing}. Take deploy/models/picto or a pack that 'trainer export' wrote.") { Field = "init" };
        }

        using var configuration = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(pack, "config.json")));
        if (!configuration.RootElement.TryGetProperty("model_type", out var type) || type.GetString() != PackWriter.ModelType)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"init: {pack} is of the type '{type}'; the trainer knows '{PackWriter.ModelType}' only.") { Field = "init" };
        }
    }

    /// <returns>The state a new run starts from.</returns>
    /// <exception cref="InvalidDataException">A parameter of the pack has another shape.</exception>
    public static RunState Load(Workspace workspace, string pack)
    {
        var parameters = workspace.Model.Parameters;
        var declared = parameters.Declared.ToDictionary(d => d.Name, StringComparer.Ordinal);
        var state = new RunState();
        using var inference = no_grad();
        foreach (var graph in Graphs)
        {
            var path = Path.Combine(pack, "onnx", graph);
            var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
            foreach (var tensor in model.Graph.Initializer.Where(t => declared.ContainsKey(t.Name)))
            {
                if (!tensor.Dims.SequenceEqual(declared[tensor.Name].Shape))
                {
                    throw new InvalidDataException(
                        $"{path}: {tensor.Name} is [{string.Join(", ", tensor.Dims)}], the trainer's is [{string.Join(", ", declared[tensor.Name].Shape)}].");
                }

                using var values = torch.tensor(MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray(), declared[tensor.Name].Shape);
                parameters.Stored(tensor.Name).copy_(values);
            }

            foreach (var entry in model.MetadataProps)
            {
                if (entry.Key == NextSample)
                {
                    state.NextSample = long.Parse(entry.Value, CultureInfo.InvariantCulture);
                    state.FirstSample = state.NextSample;
                    state.NextTextOnly = state.NextSample;
                }
                else if (TrainingScalars.Contains(entry.Key))
                {
                    parameters.Stored(entry.Key).fill_(float.Parse(entry.Value, CultureInfo.InvariantCulture));
                }
            }
        }

        return state;
    }
}
