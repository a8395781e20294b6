using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Images;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Jobs;

/// <summary>
/// <c>mesh jobs describe FOLDER|FILES…</c>: uploads pictures, has them described or asked about, and follows the results. The same command again
/// goes on where it was interrupted: the job's request id follows from the pictures and the question.
/// </summary>
internal static class DescribeJobCommand
{
    private const int MaxPictures = 10_000;

    public static Command Create()
    {
        var paths = new Argument<FileSystemInfo[]>("path") { Description = "Pictures, or folders of pictures, which are searched with all their sub-folders.", Arity = ArgumentArity.OneOrMore };
        var question = new Option<string>("--question") { Description = "Ask this about every picture instead of having it described.", DefaultValueFactory = _ => "" };
        var detach = new Option<bool>("--detach") { Description = "Print the job's id and do not wait for it. Needs a server that goes on: --url, or one that serves the data folder." };
        var output = FollowJobCommand.Output();
        var connection = new ConnectionOptions();
        var command = new Command("describe", "Describe pictures, or ask the same about each.") { paths, question, output, detach };
        paths.AcceptExistingOnly();
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var pictures = Find(result.GetRequiredValue(paths));
            await using var mesh = result.GetValue(detach) ? connection.ConnectToRunning(result) : await connection.ConnectAsync(result, cancellationToken);
            var job = await SubmitAsync(mesh.Client, pictures, result.GetRequiredValue(question), result.GetValue(connection.Model), cancellationToken);
            if (result.GetValue(detach))
            {
                Console.WriteLine(job.Id);
                return 0;
            }

            return await FollowJobCommand.RunAsync(mesh.Client, job, result.GetValue(output), result.GetValue(connection.Json), cancellationToken);
        });
        return command;
    }

    private static List<Picture> Find(FileSystemInfo[] paths)
    {
        var pictures = paths.SelectMany(path => path is DirectoryInfo || Directory.Exists(path.FullName)
            ? IndexedPicture.Find(new DirectoryInfo(path.FullName)).Select(file => new Picture(IndexedPicture.IdOf(new DirectoryInfo(path.FullName), file), file))
            : [new Picture(path.Name, new FileInfo(path.FullName))]).ToList();
        return pictures.Count switch
        {
            0 => throw new MeshException(ErrorReason.InvalidRequest, $"There are no pictures in {string.Join(", ", paths.Select(path => $"'{path}'"))}."),
            > MaxPictures => throw new MeshException(ErrorReason.InvalidRequest, $"There are {pictures.Count} pictures, a job takes {MaxPictures}; name fewer folders at a time."),
            _ => pictures,
        };
    }

    private static async Task<JobAnswer> SubmitAsync(MeshClient client, List<Picture> pictures, string question, string? model, CancellationToken cancellationToken)
    {
        // The name of the content is known without the server, so a job that is there already needs no upload.
        List<object> items = [];
        foreach (var picture in pictures)
        {
            items.Add(new { id = picture.Name, image = ImageId.Of(await MeshClient.ReadAsync(picture.File, cancellationToken)) });
        }

        var content = new { text = question, model = model ?? "", items };
        var requestId = $"cli-{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content)))}";
        if (await client.FindJobAsync(JobKey.IdOf(requestId), cancellationToken) is { } known)
        {
            return known;
        }

        await UploadAsync(client, pictures, cancellationToken);
        return await client.SubmitJobAsync(new { requestId, content.text, content.model, items }, cancellationToken);
    }

    /// <summary>One that is refused has no result but an error: the job tells of it like of the others.</summary>
    private static Task UploadAsync(MeshClient client, List<Picture> pictures, CancellationToken cancellationToken) => MeshCommandLine.ErrorConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async progress =>
        {
            var task = progress.AddTask($"Uploading {pictures.Count} pictures", maxValue: pictures.Count);
            await Parallel.ForEachAsync(pictures, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (picture, token) =>
            {
                try
                {
                    await client.UploadAsync(picture.File, token);
                }
                catch (MeshException failure) when (failure.Reason.Category is ErrorCategory.InvalidArgument or ErrorCategory.TooLarge)
                {
                    await Console.Error.WriteLineAsync($"{picture.Name}: {failure.Message} ({failure.Reason.Code})");
                }

                task.Increment(1);
            });
        });

    private sealed record Picture(string Name, FileInfo File);
}
