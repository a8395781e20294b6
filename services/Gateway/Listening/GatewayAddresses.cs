using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Gateway.Listening;

/// <summary>Where the gateway is reached. Known once the server has started, also for ports that were chosen then.</summary>
public sealed class GatewayAddresses
{
    private ListenOptions? _http;
    private ListenOptions? _grpc;

    /// <summary>Such as <c>http://localhost:8080</c>.</summary>
    /// <exception cref="InvalidOperationException">The server has not started.</exception>
    public Uri Http => ToUri(_http);

    /// <inheritdoc cref="Http"/>
    public Uri Grpc => ToUri(_grpc);

    internal void Listen(KestrelServerOptions kestrel, GatewayOptions options)
    {
        if (!GatewayOptions.TryParseAddress(options.Address, out var address))
        {
            throw new OptionsValidationException(GatewayOptions.Section, typeof(GatewayOptions), [$"Gateway:Address is '{options.Address}'."]);
        }

        // Without TLS the protocol cannot be negotiated, so HTTP/1.1 and HTTP/2 need a port each.
        kestrel.Listen(address, options.HttpPort, listen => _http = Configure(listen, HttpProtocols.Http1));
        kestrel.Listen(address, options.GrpcPort, listen => _grpc = Configure(listen, HttpProtocols.Http2));
    }

    private static ListenOptions Configure(ListenOptions listen, HttpProtocols protocols)
    {
        listen.Protocols = protocols;
        listen.Use(next => connection =>
        {
            connection.Features.Set(new GatewayConnection());
            return next(connection);
        });
        return listen;
    }

    private static Uri ToUri(ListenOptions? listen)
    {
        // Kestrel writes the port it got back into the endpoint.
        var endpoint = listen?.IPEndPoint ?? throw new InvalidOperationException("The server has not started.");
        var local = IPAddress.IsLoopback(endpoint.Address) || endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
        return new UriBuilder(Uri.UriSchemeHttp, local ? "localhost" : endpoint.Address.ToString(), endpoint.Port).Uri;
    }
}
