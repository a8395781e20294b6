using System.Net;
using Microsoft.Extensions.Options;
using MultiModalMesh.Workers.Stores;

namespace MultiModalMesh.Workers.Clustering;

/// <summary>The Orleans cluster of a mesh: configuration <c>Cluster</c>.</summary>
public sealed class ClusterOptions
{
    public const string Section = "Cluster";

    /// <summary>Where the process with the silo role is met if nothing else is configured.</summary>
    public const int DefaultSiloPort = 11111;

    /// <summary>Where clients outside the cluster are let in if nothing else is configured.</summary>
    public const int DefaultGatewayPort = 30000;

    /// <summary>
    /// Who keeps the list of members: <c>localhost</c> (default) is the one process with the silo role, for one machine; <c>redis</c> (Garnet or
    /// Redis) and <c>postgresql</c> are servers, for any number of silos.
    /// </summary>
    public string Provider { get; set; } = StoreKind.Localhost;

    /// <summary>Of the server that <see cref="Provider"/> names.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Processes with the same id find each other.</summary>
    public string ClusterId { get; set; } = "multimodalmesh";

    /// <summary>Names the stored state; the same over the cluster's lives.</summary>
    public string ServiceId { get; set; } = "multimodalmesh";

    /// <summary>The IP address that the others reach this process by. Default: loopback.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Listens on every address of the machine instead of on <see cref="Address"/> alone, as in a container with a network of its own.</summary>
    public bool ListenAny { get; set; }

    /// <summary>Runs as a pod: members whose pods are gone are taken off the list. Beside redis or postgresql; needs the pod's own address.</summary>
    public bool Kubernetes { get; set; }

    /// <summary>0 takes a free port. Default: 11111 with the silo role, else 0.</summary>
    public int? SiloPort { get; set; }

    /// <summary>0 takes a free port; -1 lets no client in. Default: 30000 with the silo role, else -1.</summary>
    public int? GatewayPort { get; set; }

    /// <summary>With <c>localhost</c>: the silo that keeps the list of members, as <c>address:port</c>. Default: this process if it has the silo role, else 127.0.0.1:11111.</summary>
    public string Primary { get; set; } = "";

    /// <summary>With <c>localhost</c>, for a process outside the cluster: the gateway it enters by, as <c>address:port</c>.</summary>
    public string Gateway { get; set; } = $"127.0.0.1:{DefaultGatewayPort}";

    /// <summary>How long a process tries to enter the cluster, or to reach the server of its members, before it gives up. Default: one minute.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a member may take to say that it is there; one that does not twice in a row is given up. The same for all members. Range 1 s..1 min,
    /// default 1 s.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Why these settings cannot work, as sentences with keys and values; empty if they can.</summary>
    public IReadOnlyList<string> Problems => [.. new ClusterOptionsValidator().Validate(null, this).Failures ?? []];

    /// <summary>Where the members are met, for people; never the connection string, which holds a password.</summary>
    internal string MeetingPoint => StoreKind.IsShared(Provider) ? Provider : Gateway;
}

internal sealed class ClusterOptionsValidator : IValidateOptions<ClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterOptions options)
    {
        List<string> failures = [];
        CheckProvider(options, failures);
        if (!IPAddress.TryParse(options.Address, out _))
        {
            failures.Add($"Cluster:Address is '{options.Address}', but must be an IP address such as '127.0.0.1'.");
        }

        if (options.SiloPort is { } silo and not (>= 0 and <= IPEndPoint.MaxPort))
        {
            failures.Add($"Cluster:SiloPort is '{silo}', but a port is 0..{IPEndPoint.MaxPort}.");
        }

        if (options.GatewayPort is { } gateway and not (>= -1 and <= IPEndPoint.MaxPort))
        {
            failures.Add($"Cluster:GatewayPort is '{gateway}', but must be -1..{IPEndPoint.MaxPort}.");
        }

        if (options.Primary.Length > 0 && !IsEndpoint(options.Primary))
        {
            failures.Add($"Cluster:Primary is '{options.Primary}', but must be of the form 127.0.0.1:{ClusterOptions.DefaultSiloPort}.");
        }

        if (!IsEndpoint(options.Gateway))
        {
            failures.Add($"Cluster:Gateway is '{options.Gateway}', but must be of the form 127.0.0.1:{ClusterOptions.DefaultGatewayPort}.");
        }

        if (string.IsNullOrWhiteSpace(options.ClusterId) || string.IsNullOrWhiteSpace(options.ServiceId))
        {
            failures.Add($"Cluster:ClusterId is '{options.ClusterId}' and Cluster:ServiceId is '{options.ServiceId}', but neither may be empty.");
        }

        if (options.ConnectTimeout <= TimeSpan.Zero)
        {
            failures.Add($"Cluster:ConnectTimeout is '{options.ConnectTimeout}', but must be above zero.");
        }

        if (options.ProbeTimeout < TimeSpan.FromSeconds(1) || options.ProbeTimeout > TimeSpan.FromMinutes(1))
        {
            failures.Add($"Cluster:ProbeTimeout is '{options.ProbeTimeout}', but must be 00:00:01..00:01:00.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckProvider(ClusterOptions options, List<string> failures)
    {
        if (options.Provider != StoreKind.Localhost && !StoreKind.IsShared(options.Provider))
        {
            failures.Add($"Cluster:Provider is '{options.Provider}', but must be '{StoreKind.Localhost}', '{StoreKind.Redis}' or '{StoreKind.PostgreSql}'.");
        }
        else if (StoreKind.Problem(options.Provider, options.ConnectionString, "Cluster:ConnectionString") is { } problem)
        {
            failures.Add($"Cluster:Provider is '{options.Provider}'. {problem}");
        }

        if (options.Provider == StoreKind.Localhost && options.ConnectionString.Length > 0)
        {
            failures.Add($"Cluster:ConnectionString is set, but Cluster:Provider is '{StoreKind.Localhost}', which has no server; set it to '{StoreKind.Redis}' or '{StoreKind.PostgreSql}'.");
        }

        if (options.Kubernetes && (options.Provider == StoreKind.Localhost || (IPAddress.TryParse(options.Address, out var address) && IPAddress.IsLoopback(address))))
        {
            failures.Add(
                $"Cluster:Kubernetes is true, but Cluster:Provider is '{options.Provider}' and Cluster:Address is '{options.Address}': pods need "
                + $"'{StoreKind.Redis}' or '{StoreKind.PostgreSql}', and the pod's own address (status.podIP).");
        }
    }

    private static bool IsEndpoint(string text) => IPEndPoint.TryParse(text, out var endpoint) && endpoint.Port > 0;
}
