using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MultiModalMesh.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs of a process. They leave it by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, else not at all.</summary>
internal static class MeshTelemetry
{
    private static readonly string[] Sources =
    [
        "MultiModalMesh.*",
        "Microsoft.Orleans.*",
        "Experimental.Microsoft.Extensions.AI",
        "Experimental.ModelContextProtocol",
    ];

    private static readonly string[] Meters = [.. Sources, "Microsoft.Orleans", "Microsoft.AspNetCore.*"];

    public static void AddMeshTelemetry(this IHostApplicationBuilder builder, string role)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : role,
                serviceNamespace: "multimodalmesh",
                serviceVersion: Version()))
            .WithTracing(tracing => tracing
                .AddSource(Sources)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsProbe(context.Request.Path))
                .AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics
                .AddMeter(Meters)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry
                .WithLogging(configureBuilder: null, configureOptions: options =>
                {
                    options.IncludeFormattedMessage = true;
                    options.IncludeScopes = true;
                })
                .UseOtlpExporter();
        }
    }

    // Probes come every few seconds for ever and would bury the turns.
    private static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/grpc.health.v1.Health");

    private static string? Version() =>
        typeof(MeshTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
