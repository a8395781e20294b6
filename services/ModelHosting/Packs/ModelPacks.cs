using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHosting.Devices;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.ServiceDefaults.Storage;

namespace MultiModalMesh.ModelHosting.Packs;

/// <summary>The model packs of a process, which its roles share: opened once, with the parts that the roles serve.</summary>
public static class ModelPacks
{
    /// <summary>The configuration section of <see cref="InferenceOptions"/>.</summary>
    public const string InferenceSection = "Inference";

    /// <summary>May be called by every role of a process. The <see cref="PackCatalog"/> is loaded before the process takes calls.</summary>
    public static IHostApplicationBuilder AddModelPacks(this IHostApplicationBuilder builder, PackParts parts)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(ServedParts))?.ImplementationInstance is ServedParts served)
        {
            served.Parts |= parts;
            return builder;
        }

        builder.Services.AddSingleton(new ServedParts { Parts = parts });
        builder.Services.AddOptions<ModelOptions>().Bind(builder.Configuration.GetSection(ModelOptions.Section));
        builder.AddCheckedOptions<InferenceOptions>(InferenceSection);
        builder.Services.AddSingleton<IValidateOptions<InferenceOptions>, TenantWeightsValidator>();
        builder.AddDevice();
        builder.Services.AddSingleton(services => PackCatalog.Load(
            services.GetRequiredService<IOptions<ModelOptions>>().Value.Roots(services.GetRequiredService<IOptions<DataOptions>>().Value),
            services.GetRequiredService<ServedParts>().Parts,
            services.GetRequiredService<IOptions<InferenceOptions>>().Value,
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<PackLoader>();
        builder.Services.AddHealthChecks().AddCheck<PackHealth>("models");
        return builder;
    }

    /// <summary>The pack of that name, or for an empty name the first one that has what <paramref name="part"/> takes out of it.</summary>
    /// <exception cref="Errors.MeshException">MODEL_NOT_FOUND lists what there is; CAPABILITY_MISSING, PACK_INVALID.</exception>
    public static LoadedPack For<TPart>(this PackCatalog catalog, string model, Func<LoadedPack, TPart?> part)
        where TPart : class
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return string.IsNullOrEmpty(model) && catalog.Packs.FirstOrDefault(pack => part(pack) is not null) is { } able ? able : catalog.Get(model);
    }

    private sealed class ServedParts
    {
        public PackParts Parts { get; set; }
    }

    private sealed class PackLoader(IServiceProvider services, ILogger<PackLoader> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var entry in services.GetRequiredService<PackCatalog>().Entries)
            {
                if (entry.Loaded is { } loaded)
                {
                    Log.PackLoaded(logger, loaded.Pack.Id, entry.Directory);
                }
                else
                {
                    Log.PackBroken(logger, entry.Name, entry.Error?.Message ?? "");
                }
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
