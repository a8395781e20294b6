using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Workers;
using Orleans.Storage;

namespace MultiModalMesh.Grains;

public static class GrainsRegistration
{
    /// <summary>Makes the process hold dialogues, users, the router and the worker directory, with their state in the data folder.</summary>
    public static TBuilder AddGrains<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddClusterMember("silo");
        builder.Services.AddOptions<DialogueOptions>().Bind(builder.Configuration.GetSection(DialogueOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DialogueOptions>, DialogueOptionsValidator>());
        builder.Services.AddOptions<RoutingOptions>().Bind(builder.Configuration.GetSection(RoutingOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>());
        builder.Services.TryAddSingleton<SqliteGrainStorage>();
        builder.Services.AddKeyedSingleton<IGrainStorage>(SqliteGrainStorage.Name, (services, _) => services.GetRequiredService<SqliteGrainStorage>());
        builder.Services.TryAddSingleton<ConversationSkill>();
        builder.Services.TryAddSingleton<SearchSkill>();
        builder.Services.TryAddSingleton<TurnWork>();
        builder.Services.AddHostedService<UnfinishedSweeper>();
        return builder;
    }
}
