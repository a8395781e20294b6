using System.Net;
using System.Net.Sockets;

namespace MultiModalMesh.TestProcesses;

internal static class Ports
{
    /// <summary>A port of this machine that nobody listens on at this moment.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
