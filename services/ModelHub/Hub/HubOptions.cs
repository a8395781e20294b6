using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>Which hub, as whom, and with how much patience.</summary>
public sealed record HubOptions
{
    public const string DefaultEndpoint = "https://huggingface.co";

    /// <summary>Base address of a hub that speaks the Hugging Face file API; http or https, with or without a path.</summary>
    public Uri Endpoint { get; init; } = new(DefaultEndpoint);

    /// <summary>For private models. Goes to <see cref="Endpoint"/>'s origin only, and never unencrypted beyond this machine. Never printed.</summary>
    public string? Token { get; init; }

    /// <summary>Repeated requests of one pull, all its files together.</summary>
    public int MaxRetries { get; init; } = 40;

    /// <summary>Failures one after the other, without a byte between them, after which a pull gives up.</summary>
    public int MaxFailuresInARow { get; init; } = 6;

    /// <summary>A hub that asks to be left alone for longer than this is not waited for.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A connection that gives nothing for so long counts as cut; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Without the token: what is printed by mistake tells nothing.</summary>
    public override string ToString() => Endpoint.ToString();

    /// <summary>Reads a hub's address.</summary>
    /// <param name="address">Such as <c>https://huggingface.co</c>.</param>
    /// <param name="source">Where it was set, for the message.</param>
    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static Uri ParseEndpoint(string address, string source) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0
            ? url
            : throw new MeshException(ErrorReason.InvalidRequest, $"{source} is not the address of a hub; it takes one such as {DefaultEndpoint}.");
}
