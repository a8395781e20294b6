using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Collections;

/// <summary><c>mesh collections import FILE [--as NAME]</c>: the other half of export.</summary>
internal static class ImportCommand
{
    private const int ItemsPerWrite = 500;

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
            await client.CreateCollectionAsync(collection, head.Model?.Split('@')[0], head.Dimensions, cancellationToken);
            if (await client.GetCollectionAsync(collection, cancellationToken) is var made && made.Model != head.Model)
            {
                throw new MeshException(ErrorReason.CapabilityMissing, $"The file has embeddings of '{head.Model}', the mesh now has '{made.Model}', and the two cannot be compared.");
            }

            var items = 0L;
            var batch = new List<ItemAnswer>(ItemsPerWrite);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                batch.Add(Parse<ItemAnswer>(line, items + batch.Count + 2));
                if (batch.Count == ItemsPerWrite)
                {
                    await client.WriteItemsAsync(collection, batch, cancellationToken);
                    items += batch.Count;
                    batch.Clear();
                }
            }

            if (batch.Count > 0)
            {
                await client.WriteItemsAsync(collection, batch, cancellationToken);
                items += batch.Count;
            }

            if (!CollectionsCommand.Prints(result, connection, new { collection, items }))
            {
                Console.WriteLine($"Wrote {items} items into '{collection}'.");
            }

            return 0;
        });
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
