using System.Net;
using System.Net.Sockets;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>Ports for processes that have to be told of each other before they listen.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
