using Microsoft.Extensions.Diagnostics.HealthChecks;
using MultiModalMesh.Inference.Devices;

namespace MultiModalMesh.ModelHosting.Devices;

/// <summary>What really runs where. A device that was fallen back to works, but is not what was asked for: degraded.</summary>
internal sealed class DeviceHealth(DeviceInUse device) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>
        {
            ["configured"] = device.Configured,
            ["device"] = device.Device,
            ["provider"] = device.Provider,
            ["threads"] = device.Threads,
        };
        foreach (var (key, value) in new[] { ("hardware", device.Hardware), ("fallback", device.Fallback), ("processors", device.Processors) })
        {
            if (value.Length > 0)
            {
                data[key] = value;
            }
        }

        return Task.FromResult(device.Fallback.Length == 0
            ? HealthCheckResult.Healthy(device.Describe(), data)
            : HealthCheckResult.Degraded($"{device.Describe()} {device.Configured[0]} was asked for, but {device.Fallback}.", data: data));
    }
}
