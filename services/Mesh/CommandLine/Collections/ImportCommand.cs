using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Collections;

/// <summary><c>mesh collections import FILE [--as NAME]</c>: the other half of export.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "As export wrote it." };
        file.AcceptExistingOnly();
        var rename = new Option<string?>("--as") { Description = "Name of the collection. Default: the one that the file names." };
        return CollectionsCommand.Of(
            "import", "Write an exported file into a collection, which is created if it is not there; items with known ids are replaced.", [file, rename], async (result, connection, client, cancellationToken) =>
        {
            using var reader = new StreamReader(result.GetRequiredValue(file).FullName);
            var head = Parse<ExportHead>(await reader.ReadLineAsync(cancellationToken), 1);
            if (head is not { Version: 1, Dimensions: > 0 })
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"'{result.GetRequiredValue(file).Name}' does not begin as an export does, or is of a newer version of the mesh.");
            }

            var collection = result.GetValue(rename) ?? head.Collection;
            await Transfer.PrepareAsync(client, collection, head.Dimensions, head.Model, "The file", cancellationToken);
            var items = await Transfer.WriteAsync(client, collection, ReadAsync(reader, cancellationToken), cancellationToken);
            if (!CollectionsCommand.Prints(result, connection, new { collection, items }))
            {
                Console.WriteLine($"Wrote {items} items into '{collection}'.");
            }

            return 0;
        });
    }

    private static async IAsyncEnumerable<ItemAnswer> ReadAsync(StreamReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 2L; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            yield return Parse<ItemAnswer>(line, number);
        }
    }

    private static T Parse<T>(string? line, long number)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line ?? "", JsonSerializerOptions.Web)!;
        }
        catch (JsonException failure)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"Line {number} of the file is not one that export writes.", failure);
        }
    }
}
