using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Gateway.Operations;

/// <summary>The mesh at a glance.</summary>
internal sealed record SystemJson(string Version, double UptimeSeconds, IReadOnlyList<WorkerJson> Workers);

internal sealed record WorkerJson(string Id, string Endpoint, string Device, IReadOnlyList<OfferJson> Offers, LoadJson Load)
{
    public static WorkerJson From(WorkerReport report) => new(
        report.WorkerId,
        report.Endpoint,
        report.Device,
        [.. report.Offers.Select(offer => new OfferJson(offer.Model, offer.Version, offer.Capabilities, offer.Dimensions))],
        new LoadJson(report.Active, report.Queued, report.Capacity));
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
            .WithSummary("The mesh at a glance").WithDescription("Version, uptime, and the workers with what they offer and how busy they are.");
    }
}
