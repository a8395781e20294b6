using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Images;

public static class ImageStoreRegistration
{
    /// <summary>Adds <see cref="ImageStore"/>, below the data folder of the service defaults.</summary>
    public static TBuilder AddImageStore<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<ImageStoreOptions>().Bind(builder.Configuration.GetSection(ImageStoreOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageStoreOptions>, ImageStoreOptionsValidator>());
        builder.Services.TryAddSingleton<ImageStore>();
        return builder;
    }
}
