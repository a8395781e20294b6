using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MultiModalMesh.ServiceDefaults.Endpoints;

/// <summary>Where this process's internal services are reached; among a process's several addresses the one that workers announce.</summary>
public sealed class GrpcAddress
{
    private ListenOptions? _listen;

    /// <summary>Null until the server has started. Kestrel writes a port it chose back.</summary>
    public IPEndPoint? Endpoint => _listen?.IPEndPoint is { Port: > 0 } endpoint ? endpoint : null;

    internal void Listen(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http2;
        _listen = listen;
    }
}
