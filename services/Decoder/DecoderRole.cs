using Microsoft.Extensions.DependencyInjection.Extensions;
using MultiModalMesh.Decoder.Pictures;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHosting.Packs;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.Workers;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.Decoder;

/// <summary>Composes the decoder role.</summary>
public static class DecoderRole
{
    public static IHostApplicationBuilder AddDecoder(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModelPacks(PackParts.Decoder);
        builder.AddWork<DecoderGrpcService>();
        builder.AddCheckedOptions<DecoderOptions>(DecoderOptions.Section);
        builder.Services.TryAddSingleton<ModelInstruments>();
        builder.Services.TryAddSingleton<IFeatureSource, WorkerFeatureSource>();
        builder.Services.TryAddSingleton<PictureFeatures>();
        builder.Services.AddSingleton<IWorkerOfferSource, DecoderLoad>();
        return builder;
    }

    public static WebApplication MapDecoder(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<DecoderGrpcService>();
        app.MapModelPacks();
        return app;
    }
}
