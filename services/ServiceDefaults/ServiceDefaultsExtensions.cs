using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Health;
using MultiModalMesh.ServiceDefaults.Storage;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.ServiceDefaults;

/// <summary>What every role starts with: telemetry, health, a gRPC server that answers failures as the contracts say, and the data folder.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>The largest gRPC message that is read: a picture of 20 MiB with its frame, and room above.</summary>
    public const int MaxReceiveMessageBytes = 32 * 1024 * 1024;

    /// <summary>The largest gRPC message that is sent: patch features of large packs.</summary>
    public const int MaxSendMessageBytes = 64 * 1024 * 1024;

    /// <summary>
    /// The service that <c>grpc.health.v1</c> is asked for to learn whether the process is alive, whatever it depends on; asked for the
    /// empty name it tells whether the process can work.
    /// </summary>
    public const string LivenessService = "live";

    /// <summary>May be called by every role of a process; the first call gives the process its name.</summary>
    /// <param name="role">The <c>service.name</c> of telemetry, such as <c>decoder</c>; <c>OTEL_SERVICE_NAME</c> overrides it.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(role);
        if (builder.Services.Any(service => service.ServiceType == typeof(ServiceDefaultsMarker)))
        {
            return builder;
        }

        builder.Services.AddSingleton(new ServiceDefaultsMarker());
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddMeshTelemetry(role);
        builder.AddDataOptions();

        // One that always holds, because grpc.health.v1 knows no service without checks.
        builder.Services.AddHealthChecks().AddCheck(LivenessService, () => HealthCheckResult.Healthy("The process answers."));
        builder.Services.AddGrpcHealthChecks(options => options.Services.Map(LivenessService, check => check.Name == LivenessService));
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxReceiveMessageBytes;
            options.MaxSendMessageSize = MaxSendMessageBytes;
            options.Interceptors.Add<ErrorInterceptor>();
        });

        // The host logs a failed start with its stack as an error; RunServiceAsync says it in one sentence instead. A background
        // service that dies later is still logged, as critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => level is LogLevel.Warning or LogLevel.Critical);

        // Each look at a check that is degraded is a warning, every few seconds; whoever degrades it has said so once.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.Error);

        // Nor does "Application is shutting down..." belong to that sentence; where a process listens is still logged.
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        return builder;
    }

    /// <summary>Maps <c>/health/live</c>, <c>/health/ready</c>, <c>grpc.health.v1</c> and gRPC reflection, once per process.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetRequiredService<ServiceDefaultsMarker>().TryMap())
        {
            app.MapHealth();
            app.MapGrpcHealthChecksService();
            app.MapGrpcReflectionService();
        }

        return app;
    }

    private sealed class ServiceDefaultsMarker
    {
        private int _mapped;

        public bool TryMap() => Interlocked.Exchange(ref _mapped, 1) == 0;
    }
}
