using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Draining;
using MultiModalMesh.Workers.Reporting;

namespace MultiModalMesh.Workers;

/// <summary>Makes a process a worker: one that owns a device and is sent work.</summary>
public static class WorkerRegistration
{
    /// <summary>
    /// May be called by every role of a process; there is one worker in it, which offers what all <see cref="IWorkerOfferSource"/>s offer.
    /// Joins the cluster if nobody did yet. The host has started when the worker is known to the mesh.
    /// </summary>
    public static TBuilder AddWorker<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddClusterMember("worker");
        if (builder.Services.Any(service => service.ServiceType == typeof(WorkerIdentity)))
        {
            return builder;
        }

        // Known before the container is built: it is part of what the silo tells the others of itself.
        var identity = new WorkerIdentity(builder.Configuration[$"{WorkerOptions.Section}:{nameof(WorkerOptions.Id)}"]);
        ClusterRegistration.RolesOf(builder.Services)!.Metadata[MemberMetadata.Worker] = identity.Id;
        builder.Services.AddSingleton(identity);
        builder.Services.AddOptions<WorkerOptions>().Bind(builder.Configuration.GetSection(WorkerOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>());
        builder.Services.TryAddSingleton<WorkGate>();
        builder.Services.AddOptions<HostOptions>().PostConfigure<IOptions<WorkerOptions>>(LeaveTimeToDrain);
        builder.Services.AddSingleton<WorkerEndpoint>();
        builder.Services.AddSingleton<WorkerReporter>();
        builder.Services.AddSingleton<WorkerHeartbeat>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WorkerHeartbeat>());
        builder.Services.AddHealthChecks().AddCheck<WorkerHealthCheck>("worker");
        return builder;
    }

    // The host gives up on everything at once when its own time is over; what stops after the draining needs some, too.
    private static void LeaveTimeToDrain(HostOptions host, IOptions<WorkerOptions> worker)
    {
        var needed = worker.Value.DrainTimeout + TimeSpan.FromSeconds(15);
        host.ShutdownTimeout = host.ShutdownTimeout > needed ? host.ShutdownTimeout : needed;
    }
}
