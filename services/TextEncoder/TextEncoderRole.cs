using Microsoft.Extensions.DependencyInjection.Extensions;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.ModelHosting.Packs;
using MultiModalMesh.ModelHosting.Telemetry;
using MultiModalMesh.ServiceDefaults.Configuration;
using MultiModalMesh.Workers;
using MultiModalMesh.Workers.Draining;

namespace MultiModalMesh.TextEncoder;

/// <summary>Composes the text encoder role.</summary>
public static class TextEncoderRole
{
    public static IHostApplicationBuilder AddTextEncoder(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddModelPacks(PackParts.Text);
        builder.AddWork<TextEncoderGrpcService>();
        builder.AddCheckedOptions<TextEncoderOptions>(TextEncoderOptions.Section);
        builder.Services.TryAddSingleton<ModelInstruments>();
        builder.Services.TryAddSingleton<TextEncoderLoad>();
        builder.Services.AddSingleton<IWorkerOfferSource>(services => services.GetRequiredService<TextEncoderLoad>());
        return builder;
    }

    public static WebApplication MapTextEncoder(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<TextEncoderGrpcService>();
        app.MapModelPacks();
        return app;
    }
}
