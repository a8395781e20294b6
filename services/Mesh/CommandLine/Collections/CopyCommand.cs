using System.CommandLine;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Collections;

/// <summary><c>mesh collections copy SOURCE TARGET [--from URL] [--to URL]</c>: export and import without a file between them.</summary>
internal static class CopyCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "The collection to copy." };
        var target = new Argument<string>("target") { Description = "Where to; created if it is not there, items with known ids are replaced." };
        var connection = new ConnectionOptions();
        var from = ConnectionOptions.AddressOption("--from", "Address of the server to read from. Default: as for --url.");
        var to = ConnectionOptions.AddressOption("--to", "Address of the server to write to. Default: the one that is read from.");
        var key = new Option<string?>("--to-api-key") { Description = "Key for the server that is written to. Default: the same as for the one that is read from." };
        var command = new Command("copy", "Copy a collection with its vectors within a server or to another one.") { source, target, from, to, key };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var (one, other) = (result.GetRequiredValue(source), result.GetRequiredValue(target));
            await using var reading = await connection.ConnectAsync(result, cancellationToken, result.GetValue(from));
            await using var elsewhere = result.GetValue(to) is { } url ? MeshConnection.ToRunning(url, result.GetValue(key) ?? connection.KeyOf(result), null) : null;

            // The collection would grow behind the reader without end: what is replaced comes again.
            if (one == other && (elsewhere is null || elsewhere.Address == reading.Address))
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"'{one}' cannot be copied onto itself; give the copy another name, or another server with --to.") { Field = "target" };
            }

            var writing = elsewhere ?? reading;
            var info = await reading.Client.GetCollectionAsync(one, cancellationToken);
            await Transfer.PrepareAsync(writing.Client, other, info.Dimensions, info.Model, $"The collection '{one}'", cancellationToken);
            var items = await Transfer.WriteAsync(writing.Client, other, reading.Client.ReadItemsAsync(one, cancellationToken), cancellationToken);
            if (!CollectionsCommand.Prints(result, connection, new { source = one, target = other, items }))
            {
                Console.WriteLine($"Copied {items} items of '{one}' into '{other}'.");
            }

            return 0;
        });
        return command;
    }
}
