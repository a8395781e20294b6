using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary><c>mesh models</c>: the packs that the mesh serves and what each can do; below it the packs on this machine's disks.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var command = new Command("models", "List the model packs that are served; or look after those on this machine.")
        {
            ListModelsCommand.Create(),
            ShowModelCommand.Create(),
            PullModelCommand.Create(),
            RemoveModelCommand.Create(),
            VerifyModelCommand.Create(),
        };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            var models = await mesh.Client.ListModelsAsync(cancellationToken);
            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(models, JsonSerializerOptions.Web));
                return 0;
            }

            var table = new Table().Border(TableBorder.Rounded).AddColumns("Model", "Version", "Can");
            foreach (var model in models)
            {
                table.AddRow(model.Id.EscapeMarkup(), (model.Version ?? "").EscapeMarkup(), string.Join(", ", model.Capabilities ?? []).EscapeMarkup());
            }

            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }
}
