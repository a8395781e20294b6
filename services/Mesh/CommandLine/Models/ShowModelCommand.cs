using System.CommandLine;
using System.Globalization;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Mesh.Packs;
using MultiModalMesh.ModelHub.Folders;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary><c>mesh models show NAME</c>: everything that is known of a pack.</summary>
internal static class ShowModelCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Name of a pack, as list shows it." };
        var options = new ShelfOptions();
        var command = new Command("show", "Show what is known of a model pack: licence, origin, files.") { name };
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var pack = await options.Open(result).FindAsync(result.GetRequiredValue(name), cancellationToken);
            var files = FilesOf(pack.Directory);
            if (options.Prints(result, new { pack, description = pack.Pack?.Description, files }))
            {
                return 0;
            }

            var grid = new Grid().AddColumn().AddColumn();
            foreach (var (label, value) in Facts(pack))
            {
                grid.AddRow(label, value.EscapeMarkup());
            }

            AnsiConsole.Write(grid);
            var table = new Table().Border(TableBorder.Rounded).AddColumns("File", "Size");
            foreach (var file in files)
            {
                table.AddRow(file.Path.EscapeMarkup(), ByteCount.ToText(file.Bytes));
            }

            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }

    private static IEnumerable<(string Label, string Value)> Facts(ShelvedPack shelved)
    {
        yield return ("Pack", shelved.Pack?.Id ?? shelved.Name);
        yield return ("State", shelved.Reason is { } reason ? $"{shelved.State.ToString().ToLowerInvariant()}: {reason}" : "complete");
        yield return ("Folder", shelved.Directory);
        yield return ("Licence", shelved.License ?? (shelved.Source is null ? "not stated" : "not stated; see the model's page"));
        if (shelved.Pack is { } pack)
        {
            if (pack.Description.Length > 0)
            {
                yield return ("About", pack.Description);
            }

            yield return ("Can", string.Join(", ", pack.Capabilities));
            if (pack.Dimensions > 0)
            {
                yield return ("Embedding", $"{pack.Dimensions} dimensions");
            }

            if (pack.Has(PackCapabilities.TextEmbedding))
            {
                yield return ("Text", $"the first {pack.TextContextLength} tokens");
            }

            if (pack.ContextLength > 0)
            {
                yield return ("Context", $"{pack.ContextLength} positions");
            }
        }

        if (shelved.Source is { } source)
        {
            yield return ("From", $"{source.Hub}{source.Repository}");
            yield return ("Commit", $"{source.Commit} ({source.Revision})");
            yield return ("Variant", source.Variant);
            yield return ("Pulled", source.PulledAt.ToString("u", CultureInfo.InvariantCulture));
        }
    }

    private static IReadOnlyList<PackFileInfo> FilesOf(string directory) => Directory.Exists(directory)
        ?
        [
            .. new DirectoryInfo(directory)
                .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
                .Select(file => new PackFileInfo(Path.GetRelativePath(directory, file.FullName).Replace('\\', '/'), file.Length))
                .OrderBy(file => file.Path, StringComparer.Ordinal),
        ]
        : [];

    private sealed record PackFileInfo(string Path, long Bytes);
}
