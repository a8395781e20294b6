using System.Net;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.Gateway;

/// <summary>The mesh's edge: configuration <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>An IP address of this machine; <c>0.0.0.0</c> for all of them. Default: loopback, so that nobody else reaches it.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port of the web console and the HTTP APIs, 0..65535; 0 takes a free one. Default 8080.</summary>
    public int HttpPort { get; set; } = 8080;

    /// <summary>Port of the assistant's gRPC API (HTTP/2 without TLS), 0..65535; 0 takes a free one. Default 8081.</summary>
    public int GrpcPort { get; set; } = 8081;

    /// <summary>Allows an address other than loopback without API keys: whoever reaches the port may use it.</summary>
    public bool Insecure { get; set; }

    /// <summary>Who may call. Without any, every caller is tenant <c>default</c>, user <c>default</c>.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>The largest JSON body, in bytes. Range 1 KiB..1 GiB, default 64 MiB: some pictures as data URLs.</summary>
    public long MaxRequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Origins of other web pages that may call, such as <c>https://app.example.com</c>. Default: none.</summary>
    public IList<string> CorsOrigins { get; } = [];

    /// <summary>How long a stream waits for a silo that went away before it gives up. Default 60 seconds.</summary>
    public TimeSpan ReconnectTimeout { get; set; } = TimeSpan.FromSeconds(60);

    internal bool IsLoopback => TryParseAddress(Address, out var address) && IPAddress.IsLoopback(address);

    internal static bool TryParseAddress(string? text, out IPAddress address)
    {
        if (string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = IPAddress.Loopback;
            return true;
        }

        return IPAddress.TryParse(text, out address!);
    }
}

/// <summary>One key and whose it is.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The secret, at least 16 characters.</summary>
    public string Key { get; set; } = "";

    /// <summary>1 to 64 characters of [a-z0-9-].</summary>
    public string Tenant { get; set; } = "default";

    /// <summary>1 to 64 characters of [A-Za-z0-9._@-].</summary>
    public string User { get; set; } = "default";
}

internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private const int ShortestKey = 16;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        CheckPort("HttpPort", options.HttpPort);
        CheckPort("GrpcPort", options.GrpcPort);
        if (options.HttpPort != 0 && options.HttpPort == options.GrpcPort)
        {
            failures.Add($"Gateway:HttpPort and Gateway:GrpcPort are both '{options.HttpPort}', but need a port each.");
        }

        if (!GatewayOptions.TryParseAddress(options.Address, out _))
        {
            failures.Add($"Gateway:Address is '{options.Address}', but must be an IP address such as '127.0.0.1' or '0.0.0.0'.");
        }
        else if (!options.IsLoopback && !options.Insecure && options.ApiKeys.Count == 0)
        {
            failures.Add(
                $"Gateway:Address is '{options.Address}', which others can reach, but Gateway:ApiKeys is empty. "
                + "Add a key, or set Gateway:Insecure to true (--insecure) to let everybody in.");
        }

        if (options.MaxRequestBytes is < 1024 or > 1024 * 1024 * 1024)
        {
            failures.Add($"Gateway:MaxRequestBytes is '{options.MaxRequestBytes}', but must be 1024..1073741824.");
        }

        for (var i = 0; i < options.ApiKeys.Count; i++)
        {
            CheckKey(i, options.ApiKeys[i]);
        }

        for (var i = 0; i < options.CorsOrigins.Count; i++)
        {
            if (!Uri.TryCreate(options.CorsOrigins[i], UriKind.Absolute, out var origin) || origin.GetLeftPart(UriPartial.Authority) != options.CorsOrigins[i])
            {
                failures.Add($"Gateway:CorsOrigins:{i} is '{options.CorsOrigins[i]}', but must be an origin such as 'https://app.example.com'.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckPort(string key, int port)
        {
            if (port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            {
                failures.Add($"Gateway:{key} is '{port}', but a port is {IPEndPoint.MinPort}..{IPEndPoint.MaxPort}.");
            }
        }

        // The key itself is a secret and stays out of the message.
        void CheckKey(int index, ApiKeyOptions key)
        {
            if (key.Key.Length < ShortestKey)
            {
                failures.Add($"Gateway:ApiKeys:{index}:Key has {key.Key.Length} characters, but needs at least {ShortestKey}.");
            }

            if (!Authentication.Caller.IsTenant(key.Tenant))
            {
                failures.Add($"Gateway:ApiKeys:{index}:Tenant is '{key.Tenant}', but must be 1 to 64 characters of [a-z0-9-].");
            }

            if (!Authentication.Caller.IsUser(key.User))
            {
                failures.Add($"Gateway:ApiKeys:{index}:User is '{key.User}', but must be 1 to 64 characters of [A-Za-z0-9._@-].");
            }
        }
    }
}
