using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Collections;

/// <summary>The first line of an exported file: what the collection is. Every further line is an item.</summary>
internal sealed record ExportHead(int Version, string Collection, int Dimensions, string? Model);

/// <summary><c>mesh collections export NAME FILE</c>: a backup as JSON, a line an item.</summary>
internal static class ExportCommand
{
    public const int Version = 1;

    public static Command Create()
    {
        var name = CollectionsCommand.Name();
        var file = new Argument<FileInfo>("file") { Description = "Where to write it; a file that is there is replaced when all is written." };
        return CollectionsCommand.Of("export", "Write a collection with its vectors to a file, a line of JSON for each item.", [name, file], async (result, connection, client, cancellationToken) =>
        {
            var (one, target) = (await client.GetCollectionAsync(result.GetRequiredValue(name), cancellationToken), result.GetRequiredValue(file).FullName);
            var unfinished = target + ".unfinished";
            var items = 0L;
            await using (var writer = new StreamWriter(unfinished))
            {
                await WriteAsync(writer, new ExportHead(Version, one.Name, one.Dimensions, one.Model), cancellationToken);
                await foreach (var item in client.ReadItemsAsync(one.Name, cancellationToken))
                {
                    await WriteAsync(writer, item, cancellationToken);
                    items++;
                }
            }

            File.Move(unfinished, target, overwrite: true);
            if (!CollectionsCommand.Prints(result, connection, new { collection = one.Name, items, file = target }))
            {
                Console.WriteLine($"Wrote {items} items of '{one.Name}' to {target}.");
            }

            return 0;
        });
    }

    private static Task WriteAsync<T>(StreamWriter writer, T line, CancellationToken cancellationToken) =>
        writer.WriteLineAsync(JsonSerializer.Serialize(line, JsonSerializerOptions.Web).AsMemory(), cancellationToken);
}
