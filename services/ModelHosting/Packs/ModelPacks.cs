using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ModelHosting.Devices;
using MultiModalMesh.ModelHosting.Tokenization;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.ServiceDefaults.Storage;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>The model packs of a process, which its roles share, with the parts that the roles serve.</summary>
public static class ModelPacks
{
    /// <summary>May be called by every role of a process. The <see cref="PackPool"/> has read all packs before the process takes calls.</summary>
    public static IHostApplicationBuilder AddModelPacks(this IHostApplicationBuilder builder, PackParts parts)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(ServedParts))?.ImplementationInstance is ServedParts served)
        {
            served.Parts |= parts;
            return builder;
        }

        builder.Services.AddSingleton(new ServedParts { Parts = parts });
        builder.AddCheckedOptions<ModelOptions>(ModelOptions.Section);
        builder.AddCheckedOptions<InferenceOptions>(InferenceOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<InferenceOptions>, TenantWeightsValidator>();
        builder.AddDevice();
        builder.AddWork<TokenizationGrpcService>();
        builder.Services.AddSingleton(CreatePool);
        builder.Services.AddHostedService<PackKeeper>();
        builder.Services.AddHealthChecks().AddCheck<PackHealth>("models");
        return builder;
    }

    /// <summary>Maps what is about a pack and not about one of its models: its tokenizer. Once per process, whichever of its roles comes first.</summary>
    public static WebApplication MapModelPacks(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetRequiredService<ServedParts>().TryMap())
        {
            app.MapGrpcService<TokenizationGrpcService>();
        }

        return app;
    }

    private static PackPool CreatePool(IServiceProvider services)
    {
        var models = services.GetRequiredService<IOptions<ModelOptions>>().Value;
        var data = services.GetRequiredService<IOptions<DataOptions>>().Value;
        var logger = services.GetRequiredService<ILogger<PackPool>>();
        return new PackPool(
            () => models.Roots(data),
            services.GetRequiredService<ServedParts>().Parts,
            services.GetRequiredService<IOptions<InferenceOptions>>().Value,
            models.Pool,
            services.GetRequiredService<TimeProvider>(),
            change => Write(logger, change));
    }

    private static void Write(ILogger logger, PackChange change)
    {
        switch (change.Kind)
        {
            case PackChangeKind.Loaded:
                Log.PackLoaded(logger, change.Pack, change.Directory);
                break;
            case PackChangeKind.Failed:
                Log.PackBroken(logger, change.Pack, change.Detail);
                break;
            case PackChangeKind.Offered:
                Log.PackOffered(logger, change.Pack, change.Directory);
                break;
            case PackChangeKind.Unloaded:
                Log.PackUnloaded(logger, change.Pack, change.Detail);
                break;
            default:
                Log.PackRemoved(logger, change.Pack, change.Directory);
                break;
        }
    }

    private sealed class ServedParts
    {
        private int _mapped;

        public PackParts Parts { get; set; }

        public bool TryMap() => Interlocked.Exchange(ref _mapped, 1) == 0;
    }
}
