using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MultiModalMesh.Inference.Packs.Serving;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>Ready means: at least one pack serves. A broken pack beside it is told, but takes nothing from the others.</summary>
internal sealed class PackHealth(PackPool pool) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var packs = pool.Packs;
        var serving = string.Join(", ", packs.Where(pack => pack.IsOffered).Select(Describe));
        var broken = string.Join(" ", packs.Where(pack => pack.Error is not null).Select(pack => pack.Error!.Message));
        return Task.FromResult((serving, broken) switch
        {
            ("", "") => HealthCheckResult.Unhealthy("There is no model pack; set Models:Paths to a folder that holds one."),
            ("", _) => HealthCheckResult.Unhealthy($"No model pack serves. {broken}"),
            (_, "") => HealthCheckResult.Healthy($"Serving {serving}."),
            _ => HealthCheckResult.Degraded($"Serving {serving}. {broken}"),
        });
    }

    private static string Describe(PackStatus pack) => pack.LoadedBytes > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{pack.Pack!.Id} (loaded, {pack.LoadedBytes / 1e6:0.#} MB)")
        : $"{pack.Pack!.Id} (loaded at first use)";
}
