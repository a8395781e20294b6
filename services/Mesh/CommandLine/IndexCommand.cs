using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary><c>mesh index FOLDER --collection NAME</c>: makes a folder of pictures searchable.</summary>
internal static class IndexCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Searched for pictures with all its sub-folders." };
        var collection = new Option<string>("--collection") { Description = "Where to put them; created if it is not there.", Required = true };
        var connection = new ConnectionOptions();
        var command = new Command("index", "Make a folder of pictures searchable.") { folder, collection };
        folder.AcceptExistingOnly();
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            var outcome = await RunAsync(
                mesh.Client, result.GetRequiredValue(folder), result.GetRequiredValue(collection), result.GetValue(connection.Model), cancellationToken);
            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(outcome, JsonSerializerOptions.Web));
            }
            else
            {
                foreach (var failure in outcome.Failures)
                {
                    await Console.Error.WriteLineAsync($"{failure.File}: {failure.Message} ({failure.Reason})");
                }

                Console.WriteLine($"{outcome.Indexed} of {outcome.Found} pictures are in '{outcome.Collection}'.");
            }

            return outcome.Failures.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<IndexOutcome> RunAsync(
        MeshClient client, DirectoryInfo folder, string collection, string? model, CancellationToken cancellationToken)
    {
        var files = IndexedPicture.Find(folder);
        await client.CreateCollectionAsync(collection, model, cancellationToken);
        var failures = new List<IndexFailure>();
        var indexed = 0;

        // Progress goes to the error stream, so that --json can be piped.
        await MeshCommandLine.ErrorConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask($"Indexing {files.Count} pictures", maxValue: Math.Max(1, files.Count));
                var gate = new Lock();

                // A few at a time keep the encoder busy while the next files are read; more would only queue up there.
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(files, parallel, async (file, token) =>
                {
                    try
                    {
                        await client.AddPictureAsync(collection, IndexedPicture.IdOf(folder, file), file, token);
                        Interlocked.Increment(ref indexed);
                    }
                    catch (MeshException failure) when (failure.Reason.Category is ErrorCategory.InvalidArgument or ErrorCategory.TooLarge)
                    {
                        lock (gate)
                        {
                            failures.Add(new IndexFailure(IndexedPicture.IdOf(folder, file), failure.Reason.Code, failure.Message));
                        }
                    }

                    task.Increment(1);
                });
            });
        return new IndexOutcome(collection, files.Count, indexed, [.. failures.OrderBy(f => f.File, StringComparer.Ordinal)]);
    }

    private sealed record IndexOutcome(string Collection, int Found, int Indexed, IReadOnlyList<IndexFailure> Failures);

    private sealed record IndexFailure(string File, string Reason, string Message);
}
