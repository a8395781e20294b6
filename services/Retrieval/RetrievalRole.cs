using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.PostgreSql;
using MultiModalMesh.Retrieval.Search;
using MultiModalMesh.Retrieval.Shards;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.Workers;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.Retrieval;

/// <summary>Composes the retrieval role.</summary>
public static class RetrievalRole
{
    /// <summary>Adds collections of vectors, below the data folder or in a database; they are opened before the process takes calls.</summary>
    public static IHostApplicationBuilder AddRetrieval(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        builder.AddWork<RetrievalGrpcService>();
        builder.AddWork<ShardGrpcService>();
        builder.AddCheckedOptions<RetrievalOptions>(RetrievalOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetrievalOptions>, ShardOptionsValidator>());
        services.TryAddSingleton<SearchAdmission>();
        services.TryAddSingleton<RetrievalInstruments>();
        services.AddSingleton<IWorkerOfferSource, RetrievalLoad>();
        if (builder.Configuration.GetSection(RetrievalOptions.Section).Get<RetrievalOptions>()?.PostgreSql.IsUsed == true)
        {
            services.TryAddSingleton<PostgreSqlDatabase>();
            services.TryAddSingleton<PostgreSqlEngine>();
            services.TryAddSingleton<ICollectionEngine>(provider => provider.GetRequiredService<PostgreSqlEngine>());
            services.AddHostedService<PostgreSqlUpkeep>();
            services.AddHostedService<ShardNeighbours>();
            services.AddHealthChecks().AddCheck<DatabaseHealth>("retrieval");
            return builder;
        }

        services.TryAddSingleton<EmbeddedEngine>();
        services.TryAddSingleton<IShardCalls, RoutedShardCalls>();
        services.TryAddSingleton(EngineOf);
        services.AddHostedService<CollectionLoader>();
        services.AddHostedService<Maintenance>();
        services.AddHostedService<ShardNeighbours>();
        services.AddHealthChecks().AddCheck<CollectionsHealth>("retrieval");
        return builder;
    }

    public static WebApplication MapRetrieval(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<RetrievalGrpcService>();
        if (!app.Services.GetRequiredService<IOptions<RetrievalOptions>>().Value.PostgreSql.IsUsed)
        {
            app.MapGrpcService<ShardGrpcService>();
        }

        return app;
    }

    // Who holds everything asks nobody.
    private static ICollectionEngine EngineOf(IServiceProvider services)
    {
        var own = services.GetRequiredService<EmbeddedEngine>();
        var shards = services.GetRequiredService<IOptions<RetrievalOptions>>().Value.Shards;
        return shards.Count == 1 ? own : new ShardedEngine(own, services.GetRequiredService<IShardCalls>(), shards, services.GetRequiredService<TimeProvider>());
    }

    // Opens the collections before the server listens: hosted services start in the order of their registration, the server last.
    private sealed class CollectionLoader(IServiceProvider services, ILogger<CollectionLoader> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            var engine = services.GetRequiredService<EmbeddedEngine>();
            var collections = engine.Collections.ToList();
            Log.Loaded(logger, collections.Count, collections.Sum(collection => collection.ItemCount));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class DatabaseHealth(PostgreSqlDatabase database) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            database.LastError is { } error ? HealthCheckResult.Degraded(error) : HealthCheckResult.Healthy("The collections' database answers."));
    }

    private sealed class CollectionsHealth(EmbeddedEngine engine) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
            engine.Collections.FirstOrDefault(collection => collection.Broken is not null) is { Broken: { } broken } collection
                ? HealthCheckResult.Degraded($"The collection '{collection.Info.Key}' is not served: {broken.Message}")
                : engine.LastWriteError is { } error
                    ? HealthCheckResult.Degraded($"Searches work, but the last write failed: {error}")
                    : HealthCheckResult.Healthy($"{engine.Collections.Count()} collections, {engine.Collections.Sum(one => one.ItemCount)} items."));
    }
}
