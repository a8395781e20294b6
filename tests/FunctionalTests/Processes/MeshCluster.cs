using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>Every role as a process of its own, and as many silos as wanted, which meet at a server.</summary>
internal sealed class MeshCluster(string provider, string connectionString) : IAsyncDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly List<ServiceProcess> _roles = [];

    public HttpClient Client { get; } = new() { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}") };

    public DialogueClient Dialogues => new(Client);

    /// <summary>What all processes printed, for the message of a failure.</summary>
    public string Output => string.Join("\n--\n", _roles.Select(role => role.Output));

    /// <returns>When a picture can be described: vision encoder, text encoder, decoder, gateway and the given number of silos are there.</returns>
    public async Task<IReadOnlyList<ServiceProcess>> StartAsync(int silos, CancellationToken cancellationToken)
    {
        var started = Enumerable.Range(0, silos).Select(_ => StartSilo()).ToArray();
        Start("services/VisionEncoder");
        Start("services/TextEncoder");
        Start("services/Decoder");
        Start("services/Gateway", "--Gateway:HttpPort", $"{Client.BaseAddress!.Port}", "--Gateway:GrpcPort", "0");
        await Task.WhenAll(started.Select(silo => ListeningAsync(silo, cancellationToken)));
        await Poll.UntilAsync(
            () => ReadyAsync(cancellationToken), ready => ready.Ok, () => $"all roles to be ready. They printed:\n{Output}", cancellationToken);
        return started;
    }

    public ServiceProcess StartSilo() => Start("orchestration/Silo", "--Cluster:SiloPort", "0", "--Cluster:GatewayPort", "0");

    /// <summary>A silo listens for gRPC when it is a member of the cluster.</summary>
    public static Task ListeningAsync(ServiceProcess silo, CancellationToken cancellationToken) =>
        silo.WaitForLineAsync(line => line.Contains("Listening on 'http", StringComparison.Ordinal), "the silo to be a member", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var role in _roles)
        {
            await role.DisposeAsync();
        }

        _data.Dispose();
    }

    private ServiceProcess Start(string project, params string[] arguments)
    {
        var role = ServiceProcess.Start(
            project, ["--Data:Path", _data.Path, "--Cluster:Provider", provider, "--Cluster:ConnectionString", connectionString, .. arguments]);
        _roles.Add(role);
        return role;
    }

    private async Task<(bool Ok, string Seen)> ReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var system = await Client.GetStringAsync("api/system", cancellationToken);
            string[] needed = ["chat", "image-embedding", "text-embedding"];
            return (needed.All(capability => system.Contains($"\"{capability}\"", StringComparison.Ordinal)), system);
        }
        catch (HttpRequestException failure)
        {
            return (false, failure.Message);
        }
    }
}
