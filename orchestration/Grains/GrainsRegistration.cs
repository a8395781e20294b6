using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Images;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains;

public static class GrainsRegistration
{
    /// <summary>Makes the process hold dialogues, users, the router and the worker directory, with their state where the configuration says.</summary>
    public static TBuilder AddGrains<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddClusterMember("silo");
        builder.Services.AddOptions<DialogueOptions>().Bind(builder.Configuration.GetSection(DialogueOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DialogueOptions>, DialogueOptionsValidator>());
        builder.Services.AddOptions<RoutingOptions>().Bind(builder.Configuration.GetSection(RoutingOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>());
        builder.AddStateStore();
        builder.AddImageStore();
        builder.Services.TryAddSingleton<ConversationSkill>();
        builder.Services.TryAddSingleton<SearchSkill>();
        builder.Services.TryAddSingleton<TurnWork>();
        builder.Services.TryAddSingleton<DialogueEraser>();
        builder.Services.TryAddSingleton<StillMember>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StillMember>());
        builder.Services.AddHostedService<UnfinishedSweeper>();
        return builder;
    }
}
