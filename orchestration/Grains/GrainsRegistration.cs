using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Erasing;
using MultiModalMesh.Grains.Jobs;
using MultiModalMesh.Grains.Membership;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Images;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains;

public static class GrainsRegistration
{
    /// <summary>Makes the process hold dialogues, jobs, users, the router and the worker directory, with their state where the configuration says.</summary>
    public static TBuilder AddGrains<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddClusterMember("silo");
        builder.Services.AddOptions<DialogueOptions>().Bind(builder.Configuration.GetSection(DialogueOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DialogueOptions>, DialogueOptionsValidator>());
        builder.Services.AddOptions<RoutingOptions>().Bind(builder.Configuration.GetSection(RoutingOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>());
        builder.Services.AddOptions<JobOptions>().Bind(builder.Configuration.GetSection(JobOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<JobOptions>, JobOptionsValidator>());
        builder.AddStateStore();
        builder.AddImageStore();
        builder.Services.TryAddSingleton<ConversationSkill>();
        builder.Services.TryAddSingleton<SearchSkill>();
        builder.Services.TryAddSingleton<TurnWork>();
        builder.Services.TryAddSingleton<Eraser>();
        builder.Services.TryAddSingleton<JobInstruments>();
        builder.Services.TryAddSingleton<ItemSlots>();
        builder.Services.TryAddSingleton<DecoderPlaces>();
        builder.Services.TryAddSingleton<JobItemRunner>();
        builder.Services.TryAddSingleton<JobWork>();
        builder.Services.TryAddSingleton<JobSweep>();
        builder.Services.TryAddSingleton<StillMember>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StillMember>());
        builder.Services.AddHostedService<UnfinishedSweeper>();
        return builder;
    }
}
