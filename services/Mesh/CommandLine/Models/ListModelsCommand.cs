using System.CommandLine;
using MultiModalMesh.Mesh.Packs;
using MultiModalMesh.ModelHub.Folders;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary><c>mesh models list</c>: the packs on this machine, those that are broken too.</summary>
internal static class ListModelsCommand
{
    public static Command Create()
    {
        var options = new ShelfOptions();
        var command = new Command("list", "List the model packs on this machine, and what is wrong with those that do not serve.");
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var packs = await options.Open(result).ListAsync(cancellationToken);
            if (options.Prints(result, packs))
            {
                return 0;
            }

            var table = new Table().Border(TableBorder.Rounded).AddColumns("Pack", "Can", "Size", "From", "State");
            foreach (var pack in packs)
            {
                table.AddRow(
                    pack.Name.EscapeMarkup(),
                    string.Join(", ", pack.Capabilities).EscapeMarkup(),
                    ByteCount.ToText(pack.Bytes),
                    pack.Provenance.EscapeMarkup(),
                    pack.State.ToString().ToLowerInvariant());
            }

            AnsiConsole.Write(table);

            // Below, not in the table: a path broken over the lines of a narrow column can neither be read nor copied.
            foreach (var pack in packs.Where(pack => pack.Reason is not null))
            {
                Console.WriteLine($"{pack.Name}: {pack.Reason}");
            }

            return 0;
        });
        return command;
    }
}
