using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Tests.Errors;
using OpenTelemetry.Trace;

namespace MultiModalMesh.ServiceDefaults.Tests.Telemetry;

public sealed class TracingTests
{
    [Fact]
    public async Task A_call_over_gRPC_is_one_trace_and_a_probe_is_none()
    {
        using var source = new ActivitySource("MultiModalMesh.Tests");
        List<Activity> spans = [];
        ActivityTraceId inside = default;
        await using var role = await RoleProcess.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(new Behaviour
                {
                    Run = _ =>
                    {
                        inside = Activity.Current!.TraceId;
                        return Task.CompletedTask;
                    },
                });
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddInMemoryExporter(spans));
            },
            app => app.MapGrpcService<FailingRetrieval>());

        ActivityTraceId outside;
        using (var turn = source.StartActivity("turn"))
        {
            outside = turn!.TraceId;
            await new RetrievalService.RetrievalServiceClient(role.Channel).CreateCollectionAsync(new CreateCollectionRequest(), cancellationToken: TestContext.Current.CancellationToken);
        }

        await new Grpc.Health.V1.Health.HealthClient(role.Channel).CheckAsync(new(), cancellationToken: TestContext.Current.CancellationToken);
        role.App.Services.GetRequiredService<TracerProvider>().ForceFlush();

        Assert.Equal(outside, inside);
        Assert.Contains(spans, span => span.Kind == ActivityKind.Server && span.TraceId == outside);
        Assert.Contains(spans, span => span.Kind == ActivityKind.Client && span.TraceId == outside);
        Assert.DoesNotContain(spans, span => span.Kind == ActivityKind.Server && span.DisplayName.Contains("grpc.health", StringComparison.Ordinal));
    }
}
