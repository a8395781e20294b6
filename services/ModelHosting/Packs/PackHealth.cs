using Microsoft.Extensions.Diagnostics.HealthChecks;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>Ready means: at least one pack serves. A broken pack beside it is told, but takes nothing from the others.</summary>
internal sealed class PackHealth(PackCatalog catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var serving = string.Join(", ", catalog.Packs.Select(pack => pack.Pack.Id));
        var broken = string.Join(" ", catalog.Entries.Where(entry => entry.Loaded is null).Select(entry => entry.Error?.Message));
        return Task.FromResult((serving, broken) switch
        {
            ("", "") => HealthCheckResult.Unhealthy("There is no model pack; set Models:Paths to a folder that holds one."),
            ("", _) => HealthCheckResult.Unhealthy($"No model pack serves. {broken}"),
            (_, "") => HealthCheckResult.Healthy($"Serving {serving}."),
            _ => HealthCheckResult.Degraded($"Serving {serving}. {broken}"),
        });
    }
}
