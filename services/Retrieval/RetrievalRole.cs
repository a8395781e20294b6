using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MultiModalMesh.Retrieval.Collections;
using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.Workers;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.Retrieval;

/// <summary>Composes the retrieval role.</summary>
public static class RetrievalRole
{
    /// <summary>Adds collections of vectors below the data folder; they are read into memory before the process takes calls.</summary>
    public static IHostApplicationBuilder AddRetrieval(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        builder.AddWork<RetrievalGrpcService>();
        builder.AddCheckedOptions<RetrievalOptions>(RetrievalOptions.Section);
        services.TryAddSingleton<CollectionCatalog>();
        services.TryAddSingleton<SearchAdmission>();
        services.TryAddSingleton<RetrievalInstruments>();
        services.AddSingleton<IWorkerOfferSource, RetrievalLoad>();
        services.AddHostedService<CollectionLoader>();
        services.AddHealthChecks().AddCheck<CollectionsHealth>("retrieval");
        return builder;
    }

    public static WebApplication MapRetrieval(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<RetrievalGrpcService>();
        return app;
    }

    // Opens the catalog before the server listens: hosted services start in the order of their registration, the server last.
    private sealed class CollectionLoader(IServiceProvider services, ILogger<CollectionLoader> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            var catalog = services.GetRequiredService<CollectionCatalog>();
            Log.Loaded(logger, catalog.Count, catalog.ItemCount);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class CollectionsHealth(CollectionCatalog catalog) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(catalog.LastWriteError is { } error
                ? HealthCheckResult.Degraded($"Searches work, but the last write failed: {error}")
                : HealthCheckResult.Healthy($"{catalog.Count} collections, {catalog.ItemCount} items."));
    }
}
