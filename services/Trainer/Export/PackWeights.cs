using System.Globalization;
using System.Runtime.InteropServices;
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
    /// <summary>Metadata of the vision graph.</summary>
    public const string NextSample = "next_sample";

    /// <summary>Scalars that training goes on from.</summary>
    public static readonly string[] TrainingScalars = ["patch_class.scale", "temperature"];

    /// <summary>Copies the pack's tokenizer into a new run: weights mean nothing under another.</summary>
    public static void Prepare(string pack, string run)
    {
        Directory.CreateDirectory(run);
        var path = Path.Combine(run, Workspace.TokenizerName);
        if (!File.Exists(path))
        {
            File.Copy(Path.Combine(pack, Workspace.TokenizerName), path);
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
        foreach (var graph in new[] { PictoGraphs.Vision, PictoGraphs.Text, PictoGraphs.Decoder })
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
                parameters[tensor.Name].copy_(values);
            }

            foreach (var entry in model.MetadataProps)
            {
                if (entry.Key == NextSample)
                {
                    state.NextSample = long.Parse(entry.Value, CultureInfo.InvariantCulture);
                    state.NextTextOnly = state.NextSample;
                }
                else if (TrainingScalars.Contains(entry.Key))
                {
                    parameters[entry.Key].fill_(float.Parse(entry.Value, CultureInfo.InvariantCulture));
                }
            }
        }

        return state;
    }
}
