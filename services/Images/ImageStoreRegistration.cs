using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using MultiModalMesh.ServiceDefaults.Configuration;

namespace MultiModalMesh.Images;

public static class ImageStoreRegistration
{
    /// <summary>Adds <see cref="ImageStore"/>, below the data folder of the service defaults.</summary>
    public static TBuilder AddImageStore<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddCheckedOptions<ImageStoreOptions>(ImageStoreOptions.Section);
        builder.Services.TryAddSingleton<ImageStore>();
        return builder;
    }
}
