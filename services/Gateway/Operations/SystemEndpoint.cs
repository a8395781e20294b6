using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Grains.Operations;

namespace MultiModalMesh.Gateway.Operations;

/// <summary>GET /api/system.</summary>
internal static class SystemEndpoint
{
    private static readonly string Version =
        typeof(SystemEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public static void MapSystem(this IEndpointRouteBuilder routes)
    {
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        var started = time.GetTimestamp();
        routes.MapGet("/api/system", async (HttpContext context, ModelDirectory models, IGrainFactory grains) =>
            {
                var workers = models.ListWorkersAsync(context.RequestAborted);
                var cluster = await GrainErrors.CallAsync(() => grains.GetGrain<IClusterGrain>(0).DescribeAsync(), time, context.RequestAborted);
                return new SystemJson(
                    Version,
                    Math.Round(time.GetElapsedTime(started).TotalSeconds, 3),
                    [.. cluster.Members.Select(MemberJson.From)],
                    cluster.ActiveDialogues,
                    cluster.Jobs is { } jobs ? JobsJson.From(jobs) : null,
                    [.. (await workers).Select(WorkerJson.From)]);
            })
            .WithTags("System").Produces<SystemJson>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("The mesh at a glance").WithDescription("Version, uptime, the members of the cluster with their roles, the dialogues in memory, the jobs that are worked on with their items and how many are done a second, and the workers with what they offer, the device and the threads they run it on (and why, if it is not the one they were asked to), how busy they are, and how much of what is in flight in each of their roles and how fast it is done.");
    }
}
