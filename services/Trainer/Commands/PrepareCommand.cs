using System.CommandLine;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>prepare</c>: rasterises the art and trains the tokenizer of a new run.</summary>
internal static class PrepareCommand
{
    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Run folder.", Required = true };
        var command = new Command("prepare", "Rasterises the art into its cache and writes the run's tokenizer; train does it too.") { folder };
        command.SetAction(parsed =>
        {
            Workspace.Prepare(parsed.GetRequiredValue(folder));
            Console.WriteLine($"{parsed.GetRequiredValue(folder)} is ready for training.");
        });
        return command;
    }
}
