using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Jobs;

/// <summary><c>mesh jobs</c>: many pictures at once, and what has become of them.</summary>
internal static class JobsCommand
{
    public static Command Create() => new("jobs", "Describe many pictures, and look after the jobs that do it.")
    {
        DescribeJobCommand.Create(),
        FollowJobCommand.Create(),
        CreateList(),
        Create("show", "Show how far a job is.", FindAsync),
        CreateResults(),
        Create("cancel", "Stop a job; results that are there stay.", (client, id, token) => client.CancelJobAsync(id, token)),
        CreateRemove(),
    };

    /// <exception cref="MeshException">JobNotFound.</exception>
    public static async Task<JobAnswer> FindAsync(MeshClient client, string id, CancellationToken cancellationToken) =>
        await client.FindJobAsync(id, cancellationToken) ?? throw new MeshException(ErrorReason.JobNotFound, $"There is no job '{id}'; 'jobs list' shows those that there are.");

    public static Argument<string> Id() => new("id") { Description = "The job's id, as 'jobs list' shows it." };

    public static void Print(IEnumerable<JobAnswer> jobs)
    {
        // An id broken over the lines of a narrow column cannot be copied.
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("Job").NoWrap()).AddColumns("Skill", "State", "Done", "Failed", "Remaining");
        foreach (var job in jobs)
        {
            table.AddRow(
                job.Id.EscapeMarkup(),
                job.Skill.EscapeMarkup(),
                job.State.EscapeMarkup(),
                string.Create(CultureInfo.InvariantCulture, $"{job.Done} of {job.Total}"),
                job.Failed.ToString(CultureInfo.InvariantCulture),
                job.RemainingSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Ceiling(seconds)).ToString("c", CultureInfo.InvariantCulture) : "");
        }

        AnsiConsole.Write(table);
    }

    private static Command CreateList()
    {
        var connection = new ConnectionOptions();
        var command = new Command("list", "List jobs, newest first.");
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            List<JobAnswer> jobs = [];
            var token = "";
            do
            {
                var page = await mesh.Client.ListJobsAsync(token, cancellationToken);
                jobs.AddRange(page.Jobs);
                token = page.NextPageToken;
            }
            while (token.Length > 0);

            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(jobs, JsonSerializerOptions.Web));
            }
            else
            {
                Print(jobs);
            }

            return 0;
        });
        return command;
    }

    private static Command CreateResults()
    {
        var id = Id();
        var after = new Option<int>("--after") { Description = "Only results with a greater number." };
        var connection = new ConnectionOptions();
        var command = new Command("results", "Print the results that are there, one JSON object a line.") { id, after };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            await foreach (var line in mesh.Client.ReadJobAsync(result.GetRequiredValue(id), result.GetValue(after), cancellationToken))
            {
                Console.WriteLine(line);
            }

            return 0;
        });
        return command;
    }

    private static Command CreateRemove()
    {
        var id = Id();
        var connection = new ConnectionOptions();
        var command = new Command("remove", "Delete a job with its results and the pictures that nothing else uses.") { id };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            await mesh.Client.DeleteJobAsync(result.GetRequiredValue(id), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Create(string name, string description, Func<MeshClient, string, CancellationToken, Task<JobAnswer>> call)
    {
        var id = Id();
        var connection = new ConnectionOptions();
        var command = new Command(name, description) { id };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            var job = await call(mesh.Client, result.GetRequiredValue(id), cancellationToken);
            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(job, JsonSerializerOptions.Web));
            }
            else
            {
                Print([job]);
            }

            return 0;
        });
        return command;
    }
}
