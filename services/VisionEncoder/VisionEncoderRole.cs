using Microsoft.Extensions.DependencyInjection.Extensions;
using MultiModalMesh.Images;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHosting.Packs;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.Workers;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.VisionEncoder;

/// <summary>Composes the vision encoder role.</summary>
public static class VisionEncoderRole
{
    public static IHostApplicationBuilder AddVisionEncoder(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModelPacks(PackParts.Vision);
        builder.AddWork<VisionEncoderGrpcService>();
        builder.AddImageStore();
        builder.AddCheckedOptions<VisionEncoderOptions>(VisionEncoderOptions.Section);
        builder.Services.TryAddSingleton<ModelInstruments>();
        builder.Services.TryAddSingleton<VisionEncoderLoad>();
        builder.Services.AddSingleton<IWorkerOfferSource>(services => services.GetRequiredService<VisionEncoderLoad>());
        return builder;
    }

    public static WebApplication MapVisionEncoder(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<VisionEncoderGrpcService>();
        return app;
    }
}
