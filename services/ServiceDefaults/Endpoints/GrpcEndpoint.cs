using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.ServiceDefaults.Endpoints;

/// <summary>The internal endpoint of a role process.</summary>
public static class GrpcEndpoint
{
    /// <summary>Listens for HTTP/2 without TLS where <see cref="GrpcEndpointOptions"/> says, and logs the address once it is known.</summary>
    public static TBuilder ListenForGrpc<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<GrpcEndpointOptions>().Bind(builder.Configuration.GetSection(GrpcEndpointOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<GrpcEndpointOptions>, GrpcEndpointOptionsValidator>();
        builder.Services.AddSingleton<GrpcAddress>();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<GrpcEndpointOptions>, GrpcAddress>((kestrel, endpoint, address) =>
            kestrel.Listen(IPAddress.Parse(endpoint.Value.Address), endpoint.Value.Port, address.Listen));
        builder.Services.AddHostedService<AddressAnnouncer>();
        return builder;
    }

    private sealed class AddressAnnouncer(IServer server, ILogger<AddressAnnouncer> logger) : IHostedLifecycleService
    {
        public Task StartedAsync(CancellationToken cancellationToken)
        {
            foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            {
                Log.Listening(logger, address);
            }

            return Task.CompletedTask;
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
