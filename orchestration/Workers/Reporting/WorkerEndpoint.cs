using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers.Clustering;

namespace MultiModalMesh.Workers.Reporting;

/// <summary>Where this process's gRPC services are reached; known once the web server listens.</summary>
internal sealed class WorkerEndpoint(IServiceProvider services, IOptions<WorkerOptions> options, SiloEndpoints silo)
{
    /// <exception cref="MeshException"><see cref="ErrorReason.PeerUnavailable"/>: nothing listens (yet).</exception>
    public string Address
    {
        get
        {
            if (options.Value.Endpoint.Length > 0)
            {
                return options.Value.Endpoint.TrimEnd('/');
            }

            var endpoint = services.GetService<GrpcAddress>()?.Endpoint
                ?? throw new MeshException(ErrorReason.PeerUnavailable, "This process does not listen for gRPC; call ListenForGrpc, or set Worker:Endpoint.");

            // "Every address" is none to call; the one that the cluster knows this process by is.
            var isAny = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
            return $"http://{new IPEndPoint(isAny ? silo.Address : endpoint.Address, endpoint.Port)}";
        }
    }
}
