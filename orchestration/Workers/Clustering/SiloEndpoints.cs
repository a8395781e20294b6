using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>The addresses this process takes in the cluster, chosen once, before Orleans starts: it has to name them before it listens.</summary>
internal sealed class SiloEndpoints
{
    public SiloEndpoints(IOptions<ClusterOptions> options, ClusterRoles roles)
    {
        var cluster = options.Value;
        Address = IPAddress.Parse(cluster.Address);
        var hasSilo = roles.Names.Contains(ClusterRoles.Silo);
        var siloPort = cluster.SiloPort ?? (hasSilo ? ClusterOptions.DefaultSiloPort : 0);
        var gatewayPort = cluster.GatewayPort ?? (hasSilo ? ClusterOptions.DefaultGatewayPort : -1);

        // Both are held at once, so that two free ports are two ports.
        using var silo = Take(siloPort, "Cluster:SiloPort");
        using var gateway = gatewayPort < 0 ? null : Take(gatewayPort, "Cluster:GatewayPort");
        SiloPort = PortOf(silo);
        GatewayPort = gateway is null ? 0 : PortOf(gateway);
        Primary = cluster.Primary.Length > 0
            ? IPEndPoint.Parse(cluster.Primary)
            : new IPEndPoint(Address, hasSilo ? SiloPort : ClusterOptions.DefaultSiloPort);
    }

    public IPAddress Address { get; }

    public int SiloPort { get; }

    /// <summary>0: none, which is how Orleans spells it.</summary>
    public int GatewayPort { get; }

    public IPEndPoint Primary { get; }

    private Socket Take(int port, string key)
    {
        var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(Address, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new OptionsValidationException(ClusterOptions.Section, typeof(ClusterOptions),
                [$"{key} is '{port}', but {Address}:{port} cannot be used: {e.Message}. Stop the program that uses it, or choose another port (0 takes a free one)."]);
        }
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
