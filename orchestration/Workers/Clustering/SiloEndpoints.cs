using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using MultiModalMesh.Workers.Stores;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>The addresses this process takes in the cluster, chosen once, before Orleans starts: it has to name them before it listens.</summary>
internal sealed class SiloEndpoints
{
    public SiloEndpoints(IOptions<ClusterOptions> options, ClusterRoles roles)
    {
        var cluster = options.Value;
        Address = IPAddress.Parse(cluster.Address);
        var any = Address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        Listen = cluster.ListenAny || cluster.Kubernetes ? any : Address;
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
        if (cluster.Provider == StoreKind.Localhost && hasSilo && !Primary.Equals(new IPEndPoint(Address, SiloPort)))
        {
            throw Refused(
                $"Cluster:Primary is '{Primary}', but this process has the silo role at {Address}:{SiloPort}, and Cluster:Provider is '{StoreKind.Localhost}', "
                + $"which has one silo only; a second one needs '{StoreKind.Redis}' or '{StoreKind.PostgreSql}'.");
        }
    }

    /// <summary>What the others call.</summary>
    public IPAddress Address { get; }

    /// <summary>What is listened on: <see cref="Address"/>, or all of the machine's.</summary>
    public IPAddress Listen { get; }

    public int SiloPort { get; }

    /// <summary>0: none, which is how Orleans spells it.</summary>
    public int GatewayPort { get; }

    public IPEndPoint Primary { get; }

    private Socket Take(int port, string key)
    {
        var socket = new Socket(Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(Listen, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw Refused($"{key} is '{port}', but {Listen}:{port} cannot be used: {e.Message}. Stop the program that uses it, or choose another port (0 takes a free one).");
        }
    }

    private static OptionsValidationException Refused(string sentence) => new(ClusterOptions.Section, typeof(ClusterOptions), [sentence]);

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
