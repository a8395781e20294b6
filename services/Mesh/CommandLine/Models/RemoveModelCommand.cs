using System.CommandLine;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Packs;
using MultiModalMesh.ModelHub.Folders;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary><c>mesh models remove NAME</c>: takes a pack off the disk.</summary>
internal static class RemoveModelCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Name of a pack, as list shows it." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var options = new ShelfOptions();
        var command = new Command("remove", "Remove a model pack, or what an interrupted pull left.") { name, yes };
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var pack = await options.Open(result).FindAsync(result.GetRequiredValue(name), cancellationToken);
            if (pack.Origin == PackOrigin.Shipped)
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"The pack '{pack.Name}' ships with the program and is not removed.");
            }

            if (!result.GetValue(yes) && !await AgreesAsync(pack, cancellationToken))
            {
                await Console.Error.WriteLineAsync("Nothing was removed.");
                return 1;
            }

            var removed = new ModelFolder(Path.GetDirectoryName(pack.Directory)!).Remove(pack.FolderName);
            if (!options.Prints(result, new { pack.Name, pack.Directory, removed, pack.Bytes }))
            {
                Console.WriteLine($"Removed '{pack.Name}', {ByteCount.ToText(pack.Bytes)}, from {Path.GetDirectoryName(pack.Directory)}.");
            }

            return 0;
        });
        return command;
    }

    private static async Task<bool> AgreesAsync(ShelvedPack pack, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "Nobody can be asked here whether to remove the pack; give --yes to remove it without a question.");
        }

        try
        {
            return await AnsiConsole.ConfirmAsync($"Remove {pack.Directory.EscapeMarkup()} ({ByteCount.ToText(pack.Bytes)})?", defaultValue: false, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The shell's prompt should not follow the question on its line.
            Console.WriteLine();
            throw;
        }
    }
}
