using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Collections;

/// <summary><c>mesh collections [list|show|export|import|copy|remove|duplicates]</c>.</summary>
internal static class CollectionsCommand
{
    public static Command Create() => new("collections", "Look after collections: list, show, export, import, copy and remove them, find near-identical pictures.")
    {
        List(),
        Show(),
        ExportCommand.Create(),
        ImportCommand.Create(),
        CopyCommand.Create(),
        Remove(),
        Duplicates(),
    };

    private static Command List() => Of("list", "List the collections.", [], async (result, connection, client, cancellationToken) =>
    {
        var collections = await client.ListCollectionsAsync(cancellationToken);
        if (!Prints(result, connection, collections))
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns("Collection", "Items", "Dimensions", "Model");
            foreach (var one in collections)
            {
                table.AddRow(one.Name.EscapeMarkup(), Number(one.ItemCount), Number(one.Dimensions), (one.Model ?? "").EscapeMarkup());
            }

            AnsiConsole.Write(table);
        }

        return 0;
    });

    private static Command Show()
    {
        var name = Name();
        return Of("show", "Show one collection.", [name], async (result, connection, client, cancellationToken) =>
        {
            var one = await client.GetCollectionAsync(result.GetRequiredValue(name), cancellationToken);
            if (!Prints(result, connection, one))
            {
                Console.WriteLine($"{one.Name}: {Number(one.ItemCount)} items of {one.Dimensions} dimensions, {(one.Model is null ? "vectors of your own" : $"embeddings of {one.Model}")}, made {one.CreatedAt:u}.");
            }

            return 0;
        });
    }

    private static Command Remove()
    {
        var name = Name();
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        return Of("remove", "Remove a collection with all its items.", [name, yes], async (result, connection, client, cancellationToken) =>
        {
            var one = await client.GetCollectionAsync(result.GetRequiredValue(name), cancellationToken);
            if (!result.GetValue(yes))
            {
                if (Console.IsInputRedirected)
                {
                    throw new MeshException(ErrorReason.InvalidRequest, "Nobody can be asked here whether to remove the collection; give --yes to remove it without a question.");
                }

                if (!await AnsiConsole.ConfirmAsync($"Remove '{one.Name.EscapeMarkup()}' with {Number(one.ItemCount)} items?", defaultValue: false, cancellationToken))
                {
                    await Console.Error.WriteLineAsync("Nothing was removed.");
                    return 1;
                }
            }

            await client.DeleteCollectionAsync(one.Name, cancellationToken);
            if (!Prints(result, connection, one))
            {
                Console.WriteLine($"Removed '{one.Name}' with {Number(one.ItemCount)} items.");
            }

            return 0;
        });
    }

    private static Command Duplicates()
    {
        var name = Name();
        var least = new Option<float>("--min-score") { Description = "Likeness from which on two are the same, 0.5 to 1.", DefaultValueFactory = _ => 0.98f };
        var filter = FilterOption.Create();
        return Of("duplicates", "Find near-identical pictures.", [name, least, filter], async (result, connection, client, cancellationToken) =>
        {
            var groups = await client.FindDuplicatesAsync(result.GetRequiredValue(name), result.GetValue(least), result.GetValue(filter), cancellationToken);
            if (!Prints(result, connection, new { groups }))
            {
                foreach (var group in groups)
                {
                    Console.WriteLine($"{group.Score.ToString("0.000", CultureInfo.InvariantCulture)}  {string.Join("  ", group.Items.Select(item => item.Id))}");
                }

                Console.WriteLine(groups.Count switch { 0 => "No two are nearly the same.", 1 => "1 group of near-identical items.", var count => $"{count} groups of near-identical items." });
            }

            return 0;
        });
    }

    internal static Argument<string> Name() => new("collection") { Description = "Name of the collection." };

    internal static bool Prints<T>(ParseResult result, ConnectionOptions connection, T outcome)
    {
        if (result.GetValue(connection.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(outcome, JsonSerializerOptions.Web));
            return true;
        }

        return false;
    }

    internal static Command Of(string name, string about, Symbol[] symbols, Func<ParseResult, ConnectionOptions, MeshClient, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, about);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        var connection = new ConnectionOptions();
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            return await run(result, connection, mesh.Client, cancellationToken);
        });
        return command;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
