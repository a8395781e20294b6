using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MultiModalMesh.Workers.Reporting;

/// <summary>Ready means: the mesh knows of this worker and may send it work.</summary>
internal sealed class WorkerHealthCheck(WorkerHeartbeat heartbeat, WorkerIdentity identity) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(heartbeat.IsRegistered
            ? HealthCheckResult.Healthy($"Worker '{identity.Id}' is known to the mesh.")
            : HealthCheckResult.Unhealthy($"Worker '{identity.Id}' has not reached the worker directory."));
}
