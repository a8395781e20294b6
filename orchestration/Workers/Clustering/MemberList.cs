using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Workers.Stores;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>Where members and clients find the list of members. What is registered depends on the provider, so it is read before the container is built.</summary>
internal static class MemberList
{
    private const string Npgsql = "Npgsql";

    public static void UseMembers(this ISiloBuilder silo, IConfiguration configuration)
    {
        switch (ProviderOf(configuration))
        {
            case StoreKind.Redis:
                silo.UseRedisClustering(_ => { });
                silo.Services.AddOptions<RedisClusteringOptions>().Configure<IOptions<ClusterOptions>>(Redis);
                break;
            case StoreKind.PostgreSql:
                silo.UseAdoNetClustering((AdoNetClusteringSiloOptions _) => { });
                silo.Services.AddOptions<AdoNetClusteringSiloOptions>().Configure<IOptions<ClusterOptions>>((list, cluster) =>
                    (list.Invariant, list.ConnectionString) = (Npgsql, PostgreSql(cluster)));
                break;
            default:
                // An unknown provider gets here, too, and is refused by the options' validator.
                silo.UseDevelopmentClustering(options => options.Configure<SiloEndpoints>((membership, mine) => membership.PrimarySiloEndpoint = mine.Primary));
                break;
        }

        if (configuration.GetSection(ClusterOptions.Section).GetValue<bool>(nameof(ClusterOptions.Kubernetes)))
        {
            silo.UseKubernetesHosting();
        }
    }

    public static void UseMembers(this IClientBuilder client, IConfiguration configuration)
    {
        switch (ProviderOf(configuration))
        {
            case StoreKind.Redis:
                client.UseRedisClustering(_ => { });
                client.Services.AddOptions<RedisClusteringOptions>().Configure<IOptions<ClusterOptions>>(Redis);
                break;
            case StoreKind.PostgreSql:
                client.UseAdoNetClustering((AdoNetClusteringClientOptions _) => { });
                client.Services.AddOptions<AdoNetClusteringClientOptions>().Configure<IOptions<ClusterOptions>>((list, cluster) =>
                    (list.Invariant, list.ConnectionString) = (Npgsql, PostgreSql(cluster)));
                break;
            default:
                client.UseStaticClustering(options => options.Configure<IOptions<ClusterOptions>>((list, cluster) =>
                    list.Gateways = [IPEndPoint.Parse(cluster.Value.Gateway).ToGatewayUri()]));
                break;
        }

        // A silo that came is used, and one that went is forgotten, within seconds instead of a minute.
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
    }

    private static string ProviderOf(IConfiguration configuration) =>
        configuration[$"{ClusterOptions.Section}:{nameof(ClusterOptions.Provider)}"] ?? StoreKind.Localhost;

    private static void Redis(RedisClusteringOptions list, IOptions<ClusterOptions> cluster) =>
        list.ConfigurationOptions = RedisServer.Options(cluster.Value.ConnectionString, "multimodalmesh-members");

    private static string PostgreSql(IOptions<ClusterOptions> cluster) => PostgreSqlServer.Complete(cluster.Value.ConnectionString);
}
