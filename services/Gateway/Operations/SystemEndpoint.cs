using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Gateway.Operations;

/// <summary>The mesh at a glance.</summary>
internal sealed record SystemJson(string Version, double UptimeSeconds, IReadOnlyList<WorkerJson> Workers);

/// <param name="Device">The one that its models run on.</param>
/// <param name="Execution">How they are run; null for a worker without models.</param>
internal sealed record WorkerJson(string Id, string Endpoint, string Device, ExecutionJson? Execution, IReadOnlyList<OfferJson> Offers, LoadJson Load)
{
    public static WorkerJson From(WorkerReport report) => new(
        report.WorkerId,
        report.Endpoint,
        report.Device,
        report.Execution is { } execution ? ExecutionJson.From(execution) : null,
        [.. report.Offers.Select(offer => new OfferJson(offer.Model, offer.Version, offer.Capabilities, offer.Dimensions))],
        new LoadJson(report.Active, report.Queued, report.Capacity));
}

/// <param name="Configured">The devices that were asked for, the best first.</param>
/// <param name="Device">The one that is used.</param>
/// <param name="Provider">ONNX Runtime's execution provider.</param>
/// <param name="Hardware">The GPU's name and UUID; null for the CPU.</param>
/// <param name="Fallback">Why not the first that was configured; null if it is.</param>
/// <param name="Threads">Threads that all models of the worker share.</param>
/// <param name="Processors">Those that the worker is bound to, such as 0-3,8; null if it is not bound.</param>
internal sealed record ExecutionJson(
    IReadOnlyList<string> Configured, string Device, string Provider, string? Hardware, string? Fallback, int Threads, string? Processors)
{
    public static ExecutionJson From(WorkerExecution execution) => new(
        execution.Configured,
        execution.Device,
        execution.Provider,
        Given(execution.Hardware),
        Given(execution.Fallback),
        execution.Threads,
        Given(execution.Processors));

    private static string? Given(string text) => text.Length > 0 ? text : null;
}

internal sealed record OfferJson(string Model, string Version, IReadOnlyList<string> Capabilities, int Dimensions);

/// <param name="Active">Requests in work.</param>
/// <param name="Queued">Requests that wait.</param>
/// <param name="Capacity">How many of both a worker takes before it refuses.</param>
internal sealed record LoadJson(int Active, int Queued, int Capacity);

/// <summary>GET /api/system.</summary>
internal static class SystemEndpoint
{
    private static readonly string Version =
        typeof(SystemEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public static void MapSystem(this IEndpointRouteBuilder routes)
    {
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        var started = time.GetTimestamp();
        routes.MapGet("/api/system", async (HttpContext context, ModelDirectory models) => new SystemJson(
                Version, Math.Round(time.GetElapsedTime(started).TotalSeconds, 3), [.. (await models.ListWorkersAsync(context.RequestAborted)).Select(WorkerJson.From)]))
            .WithTags("System").Produces<SystemJson>()
            .WithSummary("The mesh at a glance").WithDescription("Version, uptime, and the workers with what they offer, the device and the threads they run it on (and why, if it is not the one they were asked to), and how busy they are.");
    }
}
