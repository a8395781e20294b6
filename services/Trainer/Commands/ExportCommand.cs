using System.CommandLine;
using MultiModalMesh.Trainer.Export;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>export</c>: writes a run's weights as a model pack.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--run") { Description = "Run folder.", Required = true };
        var pack = new Option<string>("--pack") { Description = "Folder of the pack.", Required = true };
        var version = new Option<string>("--pack-version") { Description = "Version that the pack states.", DefaultValueFactory = _ => "0.1.0" };
        var goldens = new Option<string?>("--goldens") { Description = "Also writes inputs and outputs of the trainer's forward pass to this folder, for tests." };
        var command = new Command("export", "Writes ONNX graphs and pack.json.") { folder, pack, version, goldens };
        command.SetAction(parsed =>
        {
            var workspace = new Workspace(parsed.GetRequiredValue(folder));
            var state = Checkpoint.Load(workspace.CheckpointPath, workspace.Model, null);
            PackWriter.Write(workspace, parsed.GetRequiredValue(pack), parsed.GetRequiredValue(version), state);
            if (parsed.GetValue(goldens) is { } path)
            {
                Goldens.Write(workspace, path);
            }

            Console.WriteLine($"Exported step {state.Step} ({state.VisionSamples} pictures alone, {state.JointSamples} with dialogues) to {parsed.GetRequiredValue(pack)}.");
        });
        return command;
    }
}
