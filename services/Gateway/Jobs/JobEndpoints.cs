using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Gateway.Errors;
using MultiModalMesh.Gateway.Streaming;
using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Gateway.Jobs;

/// <summary>/api/jobs: many items in, numbered results out.</summary>
internal static class JobEndpoints
{
    private const string JsonLines = "application/x-ndjson";
    private const string Events = "text/event-stream";

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/jobs").WithTags("Jobs");
        group.MapPost("", SubmitAsync).Accepts<SubmitJobBody>("application/json")
            .Produces<JobJson>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Submit a job")
            .WithDescription(
                "Describes or answers up to 10,000 pictures when nobody else needs the models. Answers when the job is on disk with all its items: from then on every item gets exactly one result. "
                + "The same requestId again gives the same job.");
        group.MapGet("", ListAsync).Produces<JobListJson>().WithSummary("List jobs").WithDescription("The caller's jobs, newest first.");
        group.MapGet("{id}", GetAsync).Produces<JobJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Read a job").WithDescription("How far it is, and how long it will take at the pace of the last minute.");
        group.MapGet("{id}/results", ReadAsync).Produces<string>(StatusCodes.Status200OK, JsonLines, Events).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Read results")
            .WithDescription(
                "JSON lines in the order in which items ended, those that are there; with ?follow=true all until the job ends. With 'Accept: text/event-stream' server-sent events until the job ends: "
                + "'result' with the same object, its id being the result's number, then 'done' with {\"job\"}. ?after= (or the header Last-Event-ID) resumes behind a number.");
        group.MapPost("{id}/cancel", CancelAsync).Produces<JobJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Stop a job").WithDescription("Results that are there stay. No error if it has ended.");
        group.MapDelete("{id}", DeleteAsync).Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Delete a job")
            .WithDescription(
                "Stops it and erases it with its results; with it go the pictures that no dialogue, no other job and no item of a collection of the tenant names. "
                + "Deleting one that is not there any more is no error. A job that has ended is deleted by itself after some days (Jobs:Retention).");
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, JobDesk jobs, SubmitJobBody body)
    {
        var job = await jobs.SubmitAsync(context.Caller(), body.ToCommand(), context.RequestAborted);
        return Results.Accepted($"/api/jobs/{job.JobId}", JobJson.From(job));
    }

    private static async Task<JobListJson> ListAsync(HttpContext context, JobDesk jobs, int? pageSize, string? pageToken)
    {
        var page = await jobs.ListAsync(context.Caller(), pageSize, pageToken, context.RequestAborted);
        return new JobListJson([.. page.Jobs.Select(JobJson.From)], page.NextPageToken);
    }

    private static async Task<JobJson> GetAsync(HttpContext context, JobDesk jobs, string id) => JobJson.From(await jobs.GetAsync(context.Caller(), id, context.RequestAborted));

    private static async Task<JobJson> CancelAsync(HttpContext context, JobDesk jobs, string id) =>
        JobJson.From(await jobs.CancelAsync(context.Caller(), id, context.RequestAborted));

    private static async Task<IResult> DeleteAsync(HttpContext context, JobDesk jobs, string id)
    {
        await jobs.DeleteAsync(context.Caller(), id, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task ReadAsync(HttpContext context, JobDesk jobs, TimeProvider time, ILogger<JobDesk> logger, string id, string? after, bool? follow)
    {
        var position = EventPosition.Read(context.Request, after);
        var caller = context.Caller();

        // Asked first, because after the first byte an unknown job could no longer be a 404.
        await jobs.GetAsync(caller, id, context.RequestAborted);
        if (context.Request.Headers.Accept.Any(accept => accept?.Contains(Events, StringComparison.OrdinalIgnoreCase) == true))
        {
            await StreamAsync(context, jobs.ReadAsync(caller, id, position, follow: true, context.RequestAborted), time, logger);
        }
        else
        {
            await WriteLinesAsync(context, jobs.ReadAsync(caller, id, position, follow == true, context.RequestAborted));
        }
    }

    private static async Task WriteLinesAsync(HttpContext context, IAsyncEnumerable<JobResultPage> pages)
    {
        context.Response.ContentType = JsonLines;
        context.Response.Headers.CacheControl = "no-store";
        await foreach (var page in pages)
        {
            foreach (var result in page.Results)
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, JobResultJson.From(result), JsonSerializerOptions.Web, context.RequestAborted);
                await context.Response.WriteAsync("\n", context.RequestAborted);
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task StreamAsync(HttpContext context, IAsyncEnumerable<JobResultPage> pages, TimeProvider time, ILogger logger)
    {
        var stream = new EventStream(context.Response, context.RequestAborted);
        await stream.StartAsync();
        try
        {
            await stream.ForEachAsync(Filled(pages), time, async page =>
            {
                foreach (var result in page.Results)
                {
                    await stream.WriteAsync(JobResultJson.From(result), "result", result.Number);
                }

                if (page.IsLast)
                {
                    await stream.WriteAsync(new { job = JobJson.From(page.Job) }, "done");
                }
            });
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            await stream.WriteAsync(Problem.From(ErrorMiddleware.Report(logger, context, error)), "error");
        }
    }

    // Where nothing came for a while, the stream itself keeps the connection alive.
    private static IAsyncEnumerable<JobResultPage> Filled(IAsyncEnumerable<JobResultPage> pages) => pages.Where(page => page.Results.Count > 0 || page.IsLast);
}
