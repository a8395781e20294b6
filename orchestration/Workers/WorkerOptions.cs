using System.Buffers;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Workers;

/// <summary>This process as a worker: configuration <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>1 to 64 characters of [A-Za-z0-9._-], unique in the cluster. Default: a new one at each start.</summary>
    public string Id { get; set; } = "";

    /// <summary>Base address that others reach the gRPC endpoint by. Default: the address the process listens on for HTTP/2.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Time between two heartbeats. Range 100 ms..10 s, default 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a worker that leaves goes on with what it has, before other workers get it. Range 0 s..5 min, default 30 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        if (options.Id.Length > 64 || options.Id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            return ValidateOptionsResult.Fail($"Worker:Id is '{options.Id}', but must be 1 to 64 characters of [A-Za-z0-9._-].");
        }

        if (options.Endpoint.Length > 0 && !(Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"))
        {
            return ValidateOptionsResult.Fail($"Worker:Endpoint is '{options.Endpoint}', but must be an address such as 'http://127.0.0.1:50051'.");
        }

        if (options.DrainTimeout < TimeSpan.Zero || options.DrainTimeout > TimeSpan.FromMinutes(5))
        {
            return ValidateOptionsResult.Fail($"Worker:DrainTimeout is '{options.DrainTimeout}', but must be between 00:00:00 and 00:05:00.");
        }

        return options.HeartbeatInterval >= TimeSpan.FromMilliseconds(100) && options.HeartbeatInterval <= TimeSpan.FromSeconds(10)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Worker:HeartbeatInterval is '{options.HeartbeatInterval}', but must be between 00:00:00.1 and 00:00:10.");
    }
}
