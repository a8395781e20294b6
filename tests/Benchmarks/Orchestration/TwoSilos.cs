using System.Net;
using System.Text.Json;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.TestProcesses;
using MultiModalMesh.TestServers;
using MultiModalMesh.Workers;
using StackExchange.Redis;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>As in a cluster: Garnet, two silos and a worker are processes of their own, and the caller is a client, as a gateway is.</summary>
internal sealed class TwoSilos : IOrchestration
{
    private readonly GarnetServer _garnet = new();
    private readonly TemporaryFolder _data = new();
    private readonly List<ServiceProcess> _processes = [];
    private readonly List<Uri> _silos = [];
    private readonly HttpClient _http = new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = TimeSpan.FromMinutes(5) };
    private readonly byte[] _alone = new byte[1024];
    private GrpcChannel? _channel;
    private ConnectionMultiplexer? _redis;
    private IHost? _client;

    public string Name => "Garnet, two silos";

    public IGrainFactory Grains => _client!.Services.GetRequiredService<IGrainFactory>();

    public DecoderService.DecoderServiceClient Decoder => new(_channel!);

    private string[] Cluster => ["--Data:Path", _data.Path, "--Cluster:Provider", "redis", "--Cluster:ConnectionString", _garnet.ConnectionString];

    public static async Task<IOrchestration> StartAsync()
    {
        var cluster = new TwoSilos();
        try
        {
            await cluster.StartAllAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Task WriteAloneAsync() => _redis!.GetDatabase().StringSetAsync("alone", _alone);

    public async Task<IReadOnlyList<MemberState>> LookAsync() =>
        await Task.WhenAll(_silos.Select(async silo => JsonSerializer.Deserialize<MemberState>(await _http.GetStringAsync(new Uri(silo, Member.StatePath)))!));

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _channel?.Dispose();
        _http.Dispose();
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await _garnet.DisposeAsync();
        _data.Dispose();
    }

    private async Task StartAllAsync()
    {
        await _garnet.StartAsync();
        _silos.Add(await StartAsync("silo", "--Cluster:SiloPort", "0", "--Cluster:GatewayPort", "0"));
        _silos.Add(await StartAsync("silo", "--Cluster:SiloPort", "0", "--Cluster:GatewayPort", "0"));
        _channel = GrpcChannel.ForAddress(await StartAsync("worker"));
        _redis = await ConnectionMultiplexer.ConnectAsync(_garnet.ConnectionString);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { Args = Cluster });
        builder.Configuration.AddCommandLine(Cluster);
        builder.Logging.ClearProviders();
        builder.AddClusterClient();
        _client = builder.Build();
        await _client.StartAsync();
    }

    private async Task<Uri> StartAsync(string role, params string[] arguments)
    {
        var process = ServiceProcess.Start("tests/Benchmarks", [Member.Verb, role, .. Cluster, .. arguments]);
        _processes.Add(process);
        const string Listening = "Listening on '";
        var line = await process.WaitForLineAsync(line => line.Contains(Listening, StringComparison.Ordinal), $"the {role} to listen", CancellationToken.None);
        return new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].TrimEnd('\r', '\''));
    }
}
