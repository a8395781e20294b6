using System.CommandLine;
using MultiModalMesh.Trainer.Export;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>export</c>: writes a run's weights as a model pack.</summary>
internal static class ExportCommand
{
    private const string ShippedDescription = "Describes pictures of everyday objects, answers questions about them and finds them; trained by services/Trainer on composed emoji art (see README.md for attribution).";

    public static Command Create()
    {
        var folder = new Option<string>("--run") { Description = "Run folder.", Required = true };
        var pack = new Option<string>("--pack") { Description = "Folder of the pack.", Required = true };
        var name = new Option<string>("--name") { Description = "Name of the pack, by which requests choose it.", DefaultValueFactory = _ => "picto" };
        var version = new Option<string>("--pack-version") { Description = "Version that the pack states.", DefaultValueFactory = _ => "0.1.0" };
        var license = new Option<string>("--license") { Description = "Licence that the pack states; your data may ask for another.", DefaultValueFactory = _ => "MIT" };
        var description = new Option<string>("--description") { Description = "What the pack says of itself.", DefaultValueFactory = _ => ShippedDescription };
        var goldens = new Option<string?>("--goldens") { Description = "Also writes inputs and outputs of the trainer's forward pass to this folder, for tests." };
        var command = new Command("export", "Writes ONNX graphs and pack.json: averaged weights where the run keeps them, adapters merged.") { folder, pack, name, version, license, description, goldens };
        command.SetAction(parsed =>
        {
            var workspace = new Workspace(parsed.GetRequiredValue(folder));
            var state = workspace.LoadTrained();
            var facts = new PackFacts(parsed.GetRequiredValue(name), parsed.GetRequiredValue(version), parsed.GetRequiredValue(license), parsed.GetRequiredValue(description));
            PackWriter.Write(workspace, parsed.GetRequiredValue(pack), facts, state);
            if (parsed.GetValue(goldens) is { } path)
            {
                Goldens.Write(workspace, path);
            }

            Console.WriteLine($"Exported step {state.Step} to {parsed.GetRequiredValue(pack)}.");
        });
        return command;
    }
}
