using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Images.Folders;
using MultiModalMesh.Images.S3;
using MultiModalMesh.ServiceDefaults.Configuration;

namespace MultiModalMesh.Images;

public static class ImageStoreRegistration
{
    /// <summary>
    /// Adds the <see cref="IImageStore"/> that <c>Images:Store</c> names, with a look at it at start and in the process's readiness. May be
    /// called by every role of a process.
    /// </summary>
    public static TBuilder AddImageStore<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.Any(service => service.ServiceType == typeof(IImageStore)))
        {
            return builder;
        }

        builder.AddCheckedOptions<ImageStoreOptions>(ImageStoreOptions.Section);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ImageStoreOptions>, ImageStoreOptionsValidator>());
        builder.Services.AddSingleton<IImageStore>(services =>
            services.GetRequiredService<IOptions<ImageStoreOptions>>().Value is { Store: ImageStoreOptions.S3Store } options
                ? ActivatorUtilities.CreateInstance<S3ImageStore>(services, S3Client.Create(options.S3))
                : ActivatorUtilities.CreateInstance<FolderImageStore>(services));
        builder.Services.AddHostedService<ImageStoreGate>();
        builder.Services.AddHealthChecks().AddCheck<ImageStoreHealth>(ImageStoreHealth.Name);
        return builder;
    }
}
