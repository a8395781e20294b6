using System.Net;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.ServiceDefaults.Endpoints;

/// <summary>Where a role answers gRPC (HTTP/2 without TLS): configuration <c>Grpc</c>.</summary>
public sealed class GrpcEndpointOptions
{
    public const string Section = "Grpc";

    /// <summary>An IP address of this machine; <c>0.0.0.0</c> for all of them. Default: loopback, so that nobody else reaches it.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0..65535; 0 (default) takes a free port.</summary>
    public int Port { get; set; }
}

internal sealed class GrpcEndpointOptionsValidator : IValidateOptions<GrpcEndpointOptions>
{
    public ValidateOptionsResult Validate(string? name, GrpcEndpointOptions options)
    {
        if (options.Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
        {
            return ValidateOptionsResult.Fail($"Grpc:Port is '{options.Port}', but a port is {IPEndPoint.MinPort}..{IPEndPoint.MaxPort}.");
        }

        return IPAddress.TryParse(options.Address, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Grpc:Address is '{options.Address}', but must be an IP address such as '127.0.0.1' or '0.0.0.0'.");
    }
}
