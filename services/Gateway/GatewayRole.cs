using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MultiModalMesh.Gateway.Assistant;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Chat;
using MultiModalMesh.Gateway.Collections;
using MultiModalMesh.Gateway.Console;
using MultiModalMesh.Gateway.Dialogues;
using MultiModalMesh.Gateway.Embeddings;
using MultiModalMesh.Gateway.Errors;
using MultiModalMesh.Gateway.Images;
using MultiModalMesh.Gateway.Jobs;
using MultiModalMesh.Gateway.Listening;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Gateway.OpenAi;
using MultiModalMesh.Gateway.OpenApi;
using MultiModalMesh.Gateway.Operations;
using MultiModalMesh.Gateway.Telemetry;
using MultiModalMesh.Gateway.Tokenization;
using MultiModalMesh.Images;
using MultiModalMesh.Inference.Pictures;

namespace MultiModalMesh.Gateway;

/// <summary>
/// The mesh's edge: web console, the mesh's own HTTP and gRPC APIs, and OpenAI's. It holds no models and no dialogues; it asks grains
/// and workers, so any number of gateways can run.
/// </summary>
public static class GatewayRole
{
    /// <summary>
    /// Adds the gateway and lets the server listen where <see cref="GatewayOptions"/> says. The process has to be part of the cluster
    /// (a client or a silo), and brings the service defaults.
    /// </summary>
    public static TBuilder AddGateway<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<GatewayOptions>().Bind(builder.Configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        services.TryAddSingleton<GatewayAddresses>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>, GatewayAddresses>((kestrel, gateway, addresses) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = gateway.Value.MaxRequestBytes;
            addresses.Listen(kestrel, gateway.Value);
        });

        // A body that does not fit is thrown, so that one place words all refusals.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<GatewayOptions>>((cors, gateway) => cors.AddDefaultPolicy(policy =>
            policy.WithOrigins([.. gateway.Value.CorsOrigins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders("Location", "Retry-After")));
        services.AddGrpc();
        services.AddApiDescription();
        builder.AddImageStore();
        services.TryAddSingleton(provider => new PictureDecoder(
            new PictureLimits { MaxBytes = provider.GetRequiredService<IOptions<ImageStoreOptions>>().Value.MaxBytes }, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ApiKeyRing>();
        services.TryAddSingleton<GatewayTelemetry>();
        services.TryAddSingleton<ImageLibrary>();
        services.TryAddSingleton<DialogueDesk>();
        services.TryAddSingleton<JobDesk>();
        services.TryAddSingleton<ModelDirectory>();
        services.TryAddSingleton<ChatDesk>();
        services.TryAddSingleton<TokenizationDesk>();
        services.TryAddSingleton<EmbeddingDesk>();
        services.TryAddSingleton<CollectionDesk>();
        return builder;
    }

    /// <summary>Maps the gateway's endpoints and the middleware around them. Comes before the other roles' Map calls.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseRouting();
        app.UseMiddleware<PortBoundary>();
        app.UseWhen(context => context.Features.Get<GatewayConnection>() is not null, edge =>
        {
            edge.UseMiddleware<SecurityHeaders>();
            edge.UseMiddleware<ErrorMiddleware>();
            edge.UseMiddleware<BrowserGuard>();
            edge.UseCors();
            edge.UseMiddleware<AuthenticationMiddleware>();
        });

        var api = app.MapGroup("").WithMetadata(new GatewayEndpoint(IsOpen: false));
        api.MapImages();
        api.MapDialogues();
        api.MapJobs();
        api.MapCollections();
        api.MapSystem();
        api.MapModels();
        api.MapTokenization();
        api.MapChatCompletions();
        api.MapCompletions();
        api.MapEmbeddings();
        api.MapGrpcService<AssistantEdge>();
        api.MapGrpcService<JobEdge>();

        var open = app.MapGroup("").WithMetadata(new GatewayEndpoint(IsOpen: true));
        open.MapApiDescription();
        open.MapConsole();
        return app;
    }
}
