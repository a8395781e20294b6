using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Devices;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.ModelHosting.Devices;

/// <summary>The device of a process: found before it takes calls, and told in its log, its metrics, its health and the mesh's list of workers.</summary>
internal static class DeviceRegistration
{
    public static void AddDevice(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<InferenceOptions>, DeviceOptionsValidator>();
        builder.Services.AddSingleton(services => DeviceSelection.Of(services.GetRequiredService<IOptions<InferenceOptions>>().Value));
        builder.Services.AddSingleton(services => Report(services.GetRequiredService<DeviceInUse>()));
        builder.Services.AddHostedService<DeviceStart>();
        builder.Services.AddHealthChecks().AddCheck<DeviceHealth>("device");
    }

    private static WorkerExecution Report(DeviceInUse device) => new()
    {
        Configured = device.Configured,
        Device = device.Device,
        Provider = device.Provider,
        Hardware = device.Hardware,
        Fallback = device.Fallback,
        Threads = device.Threads,
        Processors = device.Processors,
    };

    private sealed class DeviceStart(IServiceProvider services, ILogger<DeviceStart> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            var device = services.GetRequiredService<DeviceInUse>();
            Log.RunsOn(logger, device.Describe());
            if (device.Fallback.Length > 0)
            {
                Log.FellBack(logger, device.Device, device.Configured[0], device.Fallback);
            }

            InferenceInstruments.RunsOn(device);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
