using Microsoft.Extensions.Diagnostics.HealthChecks;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.Workers.Reporting;

/// <summary>Ready means: the mesh knows of this worker and may send it work.</summary>
internal sealed class WorkerHealthCheck(WorkerHeartbeat heartbeat, WorkerIdentity identity, WorkGate gate) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((gate.IsClosed, heartbeat.IsRegistered) switch
        {
            (true, _) => HealthCheckResult.Unhealthy($"Worker '{identity.Id}' has left the mesh and finishes what it has ({gate.Inside} calls)."),
            (_, true) => HealthCheckResult.Healthy($"Worker '{identity.Id}' is known to the mesh."),
            _ => HealthCheckResult.Unhealthy($"Worker '{identity.Id}' has not reached the worker directory."),
        });
}
