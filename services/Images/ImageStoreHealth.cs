using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MultiModalMesh.Images;

/// <summary>Ready means: pictures can be stored and read now.</summary>
internal sealed class ImageStoreHealth(IImageStore store) : IHealthCheck
{
    public const string Name = "images";

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var condition = await store.CheckAsync(cancellationToken);
        return condition.State == StoreState.Ready
            ? HealthCheckResult.Healthy(condition.Description)
            : HealthCheckResult.Unhealthy(condition.Description);
    }
}
