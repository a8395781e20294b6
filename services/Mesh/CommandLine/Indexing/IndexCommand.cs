using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Mesh.Client;
using MultiModalMesh.Mesh.CommandLine.Data;

namespace MultiModalMesh.Mesh.CommandLine.Indexing;

/// <summary><c>mesh index SOURCE --collection NAME</c>: makes the pictures of a folder, or of any data set, searchable.</summary>
internal static class IndexCommand
{
    public static Command Create()
    {
        var source = new Argument<FileSystemInfo>("source") { Description = "Folder of pictures, a .tar, a .csv of paths, or any other data set (docs/datasets.md)." };
        var collection = new Option<string>("--collection") { Description = "Where to put them; created if it is not there.", Required = true };
        var dedupe = new Option<bool>("--dedupe") { Description = "Leave out a picture whose bytes are those of one that is there already." };
        var onError = new Option<OnError>("--on-error")
        {
            Description = "skip: a picture that cannot be used is left out and listed. stop: the first one ends the work.",
            DefaultValueFactory = _ => OnError.Skip,
        };
        var images = new Option<DirectoryInfo?>("--images") { Description = "Folder of the pictures, where they are neither in nor beside the data set." };
        var columns = DatasetArguments.ColumnOption();
        var connection = new ConnectionOptions();
        var command = new Command("index", "Make pictures searchable. Started again, it goes on: what is in the collection unchanged is not encoded again.")
        {
            source, collection, dedupe, onError, images, columns,
        };
        source.AcceptExistingOnly();
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var options = new DatasetOptions
            {
                OnError = result.GetValue(onError),
                Pictures = result.GetValue(images)?.FullName,
                Columns = DatasetArguments.ReadColumns(result.GetValue(columns)),
                ValidationShare = 0,
                TestShare = 0,
            };
            using var dataset = await Dataset.OpenAsync(result.GetRequiredValue(source).FullName, options, cancellationToken);
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            var name = result.GetRequiredValue(collection);
            await mesh.Client.CreateCollectionAsync(name, result.GetValue(connection.Model), cancellationToken);
            var ingest = new Ingest(mesh.Client, dataset, name, options.OnError, result.GetValue(dedupe));
            var total = Enum.GetValues<Split>().Sum(dataset.Count);
            var outcome = await Progressing.RunAsync($"Indexing {total} pictures", total, progress => ingest.RunAsync(progress, cancellationToken));
            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(outcome, JsonSerializerOptions.Web));
            }
            else
            {
                await PrintAsync(outcome);
            }

            return outcome.Failed == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task PrintAsync(IndexOutcome outcome)
    {
        foreach (var failure in outcome.Failures)
        {
            await Console.Error.WriteLineAsync($"{failure.File}: {failure.Message} ({failure.Reason})");
        }

        if (outcome.Failed > outcome.Failures.Count)
        {
            await Console.Error.WriteLineAsync($"and {outcome.Failed - outcome.Failures.Count} more.");
        }

        string[] parts =
        [
            $"{outcome.Indexed + outcome.Unchanged} of {outcome.Found} pictures are in '{outcome.Collection}'",
            .. outcome.Unchanged > 0 ? [$"{outcome.Unchanged} were there already"] : Array.Empty<string>(),
            .. outcome.Duplicates > 0 ? [$"{outcome.Duplicates} were left out as copies of others"] : Array.Empty<string>(),
            .. outcome.Failed > 0 ? [$"{outcome.Failed} could not be used"] : Array.Empty<string>(),
        ];
        Console.WriteLine($"{string.Join("; ", parts)}.");
    }
}
