using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage.PostgreSql;
using MultiModalMesh.Grains.Storage.Redis;
using MultiModalMesh.Grains.Storage.Sqlite;
using MultiModalMesh.Workers.Stores;

namespace MultiModalMesh.Grains.Storage;

internal static class StorageRegistration
{
    public static void AddStateStore(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StorageOptions>().Bind(builder.Configuration.GetSection(DialogueOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<StorageOptions>, StorageOptionsDefaults>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton<IStateStore>(provider => provider.GetRequiredService<IOptions<StorageOptions>>().Value.Storage switch
        {
            StoreKind.Redis => ActivatorUtilities.CreateInstance<RedisStateStore>(provider),
            StoreKind.PostgreSql => ActivatorUtilities.CreateInstance<PostgreSqlStateStore>(provider),
            _ => ActivatorUtilities.CreateInstance<SqliteStateStore>(provider),
        });
    }
}
