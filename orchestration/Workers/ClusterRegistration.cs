using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Workers.Calls;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Placement;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using ClusterOptions = MultiModalMesh.Workers.Clustering.ClusterOptions;

namespace MultiModalMesh.Workers;

/// <summary>Makes a process a member of the mesh's Orleans cluster, or a client of it.</summary>
public static class ClusterRegistration
{
    /// <summary>
    /// Joins the cluster as a silo. May be called by every role of a process. The process with the role <c>silo</c> holds the grains of the
    /// mesh and, on one machine, the list of members; the others hold their own worker's grain and nothing else.
    /// </summary>
    /// <param name="builder">The process.</param>
    /// <param name="role">Such as <c>silo</c> or <c>worker</c>; published to the other members.</param>
    public static TBuilder AddClusterMember<TBuilder>(this TBuilder builder, string role)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(role);
        if (RolesOf(builder.Services) is { } roles)
        {
            roles.Add(role);
            return builder;
        }

        roles = new ClusterRoles();
        roles.Add(role);
        builder.Services.AddSingleton(roles);
        builder.Services.AddSingleton<SiloEndpoints>();
        builder.AddClusterBasics();
        builder.UseOrleans(silo =>
        {
            silo.Services.AddOptions<EndpointOptions>().Configure<SiloEndpoints>((endpoint, mine) =>
            {
                endpoint.AdvertisedIPAddress = mine.Address;
                endpoint.SiloPort = mine.SiloPort;
                endpoint.GatewayPort = mine.GatewayPort;
                endpoint.SiloListeningEndpoint = new IPEndPoint(mine.Listen, mine.SiloPort);
                endpoint.GatewayListeningEndpoint = mine.GatewayPort == 0 ? null : new IPEndPoint(mine.Listen, mine.GatewayPort);
            });
            silo.UseMembers(builder.Configuration);
            silo.UseSiloMetadata(roles.Metadata);
            silo.Services.Replace(ServiceDescriptor.Singleton<ILocalSiloDetails, MemberDetails>());
#pragma warning disable ORLEANSEXP003 // The one that always was there forgets what a member that dies kept, and every member keeps a part of it.
            silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
            silo.Configure<GrainDirectoryOptions>(directory =>
            {
                directory.PartitionsPerSilo = DirectoryParts.PerMember;
                directory.GetPartitionBoundaries = DirectoryParts.Boundaries;

                // Half a minute in which nothing that a dead silo held may begin elsewhere. What a silo that only seems dead would write is refused by
                // the store, and StillMember keeps it from answering.
                directory.RangeLeaseDuration = TimeSpan.Zero;
            });
            silo.AddIncomingGrainCallFilter<ReadableErrors>();
            silo.Services.AddPlacementFilter<PinnedToWorkerStrategy, PinnedToWorkerDirector>(ServiceLifetime.Singleton);
            silo.Services.AddPlacementFilter<OnRoleStrategy, OnRoleDirector>(ServiceLifetime.Transient);
            silo.Services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<ClusterOptions>>((membership, cluster) =>
            {
                // Two missed probes and a single vote: a dead process is out after about two seconds instead of tens.
                membership.ProbeTimeout = cluster.Value.ProbeTimeout;

                // Twice this long after the last message from a silo nobody is heard who suspects it. The default, four probe timeouts, leaves
                // one that hangs with its connections open in the list for eight seconds and more, and its dialogues wait.
                membership.MaxProbeTimeout = cluster.Value.ProbeTimeout;
                membership.NumMissedProbesLimit = 2;
                membership.NumVotesForDeathDeclaration = 1;
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            });
            silo.AddActivityPropagation();
        });
        return builder;
    }

    /// <summary>
    /// Enters the cluster as a client, for a process that only calls grains. Where the same process is a member already
    /// (<see cref="AddClusterMember"/> came first), grains are called from inside and nothing is opened.
    /// </summary>
    public static TBuilder AddClusterClient<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (RolesOf(builder.Services) is not null || builder.Services.Any(service => service.ServiceType == typeof(ClusterEntry)))
        {
            return builder;
        }

        builder.AddClusterBasics();
        builder.Services.AddSingleton<ClusterEntry>();
        builder.UseOrleansClient(client =>
        {
            client.UseMembers(builder.Configuration);
            client.Services.AddSingleton<IClientConnectionRetryFilter>(services => services.GetRequiredService<ClusterEntry>());
            client.AddActivityPropagation();
        });
        return builder;
    }

    internal static ClusterRoles? RolesOf(IServiceCollection services) =>
        services.FirstOrDefault(service => service.ServiceType == typeof(ClusterRoles))?.ImplementationInstance as ClusterRoles;

    private static void AddClusterBasics(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<ClusterOptions>().Bind(builder.Configuration.GetSection(ClusterOptions.Section)).ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterOptions>, Clustering.ClusterOptionsValidator>());
        builder.Services.AddOptions<Orleans.Configuration.ClusterOptions>().Configure<IOptions<ClusterOptions>>((orleans, cluster) =>
        {
            orleans.ClusterId = cluster.Value.ClusterId;
            orleans.ServiceId = cluster.Value.ServiceId;
        });
        builder.Services.AddHostedService<StoreGate>();
        builder.Services.TryAddSingleton<WorkerChannels>();
        builder.Services.TryAddSingleton<Hedging>();
        builder.Services.TryAddSingleton(services => new WorkerPool(
            services.GetRequiredService<IGrainFactory>(),
            services.GetRequiredService<WorkerChannels>(),
            services.GetRequiredService<Hedging>(),
            services.GetRequiredService<ILogger<WorkerPool>>()));

        // Orleans tells its whole life at Information; what an operator must know is above that.
        Quiet(builder, "Orleans", LogLevel.Warning);
        Quiet(builder, "Microsoft.Orleans", LogLevel.Warning);

        // Warnings about a busy machine, and a stack trace for every attempt to reach a process that is not there (yet): membership and the
        // heartbeat say the same in a line.
        Quiet(builder, "Orleans.Runtime.Watchdog", LogLevel.Error);
        Quiet(builder, "Orleans.Runtime.Messaging", LogLevel.Error);

        // Several for every member that comes or goes: a part of the directory that its keeper cannot hand over is gathered from all members.
        Quiet(builder, "Orleans.Runtime.GrainDirectory", LogLevel.Error);

        // One line for every placement of a grain, and an error for every reader that leaves a silo that died.
        Quiet(builder, "Polly", LogLevel.Warning);
        Quiet(builder, "Orleans.Runtime.GrainCallCancellationManager", LogLevel.Critical);
    }

    private static void Quiet(IHostApplicationBuilder builder, string category, LogLevel level)
    {
        // What the operator configured wins.
        if (builder.Configuration[$"Logging:LogLevel:{category}"] is null)
        {
            builder.Logging.AddFilter(category, level);
        }
    }
}
