using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Jobs;

/// <summary><c>mesh jobs resume ID</c>: follows a job's results to its end, from where the output stopped.</summary>
internal static class FollowJobCommand
{
    public static Command Create()
    {
        var id = JobsCommand.Id();
        var output = Output();
        var connection = new ConnectionOptions();
        var command = new Command("resume", "Follow a job to its end, from where the output stopped.") { id, output };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            var job = await JobsCommand.FindAsync(mesh.Client, result.GetRequiredValue(id), cancellationToken);
            return await RunAsync(mesh.Client, job, result.GetValue(output), result.GetValue(connection.Json), cancellationToken);
        });
        return command;
    }

    public static Option<FileInfo?> Output() => new("--output") { Description = "Write results there, one JSON object a line; a file that has some of the job's goes on behind them." };

    /// <returns>1 if an item has no answer.</returns>
    public static async Task<int> RunAsync(MeshClient client, JobAnswer job, FileInfo? output, bool json, CancellationToken cancellationToken)
    {
        var ended = output is null
            ? await PrintAsync(client, job, json, cancellationToken)
            : await WriteAsync(client, job, output, cancellationToken);
        await Console.Error.WriteLineAsync($"{ended.Done} of {ended.Total} items have an answer, {ended.Failed} failed; job {ended.Id} is {ended.State}.");
        return ended.Done == ended.Total ? 0 : 1;
    }

    private static async Task<JobAnswer> PrintAsync(MeshClient client, JobAnswer job, bool json, CancellationToken cancellationToken)
    {
        await foreach (var item in client.WatchJobAsync(job.Id, 0, cancellationToken))
        {
            if (item.Ended is { } ended)
            {
                return ended;
            }

            await (json ? Console.Out.WriteLineAsync(item.Line) : PrintAsync(JsonSerializer.Deserialize<JobLine>(item.Line, JsonSerializerOptions.Web)!));
        }

        return job;
    }

    private static Task PrintAsync(JobLine line)
    {
        var name = line.Id ?? line.Image ?? $"{line.Index}";
        return line.Error is { } error ? Console.Error.WriteLineAsync($"{name}: {error.Message} ({error.Reason})") : Console.Out.WriteLineAsync($"{name}: {line.Answer}");
    }

    private static async Task<JobAnswer> WriteAsync(MeshClient client, JobAnswer job, FileInfo output, CancellationToken cancellationToken)
    {
        await using var file = await ResultFile.OpenAsync(output, client, job.Id, cancellationToken);
        var last = job;

        // Progress goes to the error stream.
        await MeshCommandLine.ErrorConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask($"{job.Total} items", maxValue: job.Total);
                task.Value = file.LastNumber;
                await foreach (var item in client.WatchJobAsync(job.Id, file.LastNumber, cancellationToken))
                {
                    if (item.Ended is { } ended)
                    {
                        last = ended;
                        return;
                    }

                    await file.AppendAsync(item, cancellationToken);
                    task.Value = item.Number;
                }
            });
        return last;
    }

    private sealed record JobLine(int Index, string? Id, string? Image, string? Answer, JobLineError? Error);

    private sealed record JobLineError(string Reason, string Message);
}
