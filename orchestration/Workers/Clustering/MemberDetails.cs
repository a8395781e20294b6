using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>What Orleans tells the others of this process, as it would itself, but for the address' generation (<see cref="DirectoryParts"/>).</summary>
internal sealed class MemberDetails : ILocalSiloDetails
{
    private readonly Lazy<SiloAddress> _address;
    private readonly Lazy<SiloAddress?> _gateway;

    public MemberDetails(ClusterRoles roles, IOptions<SiloOptions> silo, IOptions<Orleans.Configuration.ClusterOptions> cluster, IOptions<EndpointOptions> endpoint)
    {
        Name = silo.Value.SiloName;
        ClusterId = cluster.Value.ClusterId;

        // The ports are chosen when they are asked for.
        _address = new(() => SiloAddress.New(
            endpoint.Value.AdvertisedIPAddress,
            endpoint.Value.SiloPort,
            DirectoryParts.Generation(SiloAddress.AllocateNewGeneration(), roles.Names.Contains(ClusterRoles.Silo))));
        _gateway = new(() => endpoint.Value.GatewayPort == 0 ? null : SiloAddress.New(endpoint.Value.AdvertisedIPAddress, endpoint.Value.GatewayPort, 0));
    }

    public string Name { get; }

    public string ClusterId { get; }

    public string DnsHostName { get; } = Dns.GetHostName();

    public SiloAddress SiloAddress => _address.Value;

    // Null where no client is let in, as Orleans has it.
    public SiloAddress GatewayAddress => _gateway.Value!;
}
