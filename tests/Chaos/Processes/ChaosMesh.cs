using System.Net.Http.Json;
using System.Text.Json;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Chaos.Processes;

/// <summary>Two of everything that can die, as processes of their own on one server, and a supervisor that starts again what ended.</summary>
internal sealed class ChaosMesh : IAsyncDisposable
{
    private const int OfEach = 2;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _data = new();
    private readonly CancellationTokenSource _ending = new();
    private Task _supervising = Task.CompletedTask;

    private ChaosMesh(Store store, bool withNetwork, PreviousRelease? previous)
    {
        Store = store;
        string[] common = ["--Data:Path", _data.Path, "--Cluster:Provider", store.Provider, "--Cluster:ConnectionString", store.ConnectionString];
        Silos = [.. Each(i => new Slot($"silo-{i}", previous is not null && i == 0 ? previous.Silo : "orchestration/Silo", _ => [.. common, "--Cluster:SiloPort", "0", "--Cluster:GatewayPort", "0"]))];
        var pack = Path.Combine(Repository.Root, "tests", "Inference.Tests", "fixtures", "hf", "tiny-smollm2");
        var ports = Each(_ => Ports.Free()).ToArray();
        DecoderNetworks = withNetwork ? [.. ports.Select(port => new TcpProxy(port))] : [];
        Decoders = [.. Each(i => new Slot(
            $"decoder-{i}",
            "services/Decoder",
            number =>
            [
                .. common, "--Models:Paths:0", pack, "--Worker:Id", DecoderId(i, number), "--Grpc:Port", $"{ports[i]}",
                .. withNetwork ? (string[])["--Worker:Endpoint", $"http://127.0.0.1:{DecoderNetworks[i].Port}"] : [],
            ]))];
        Clients = [.. Each(_ => new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Ports.Free()}"), Timeout = TimeSpan.FromSeconds(40) })];
        Gateways = [.. Each(i => new Slot(
            $"gateway-{i}", "services/Gateway", _ => [.. common, "--Gateway:HttpPort", $"{Clients[i].BaseAddress!.Port}", "--Gateway:GrpcPort", "0"]))];
    }

    public Store Store { get; }

    public IReadOnlyList<Slot> Silos { get; }

    public IReadOnlyList<Slot> Decoders { get; }

    /// <summary>Between the silos and each decoder; none if no fault needs them.</summary>
    public IReadOnlyList<TcpProxy> DecoderNetworks { get; }

    public IReadOnlyList<Slot> Gateways { get; }

    /// <summary>One for each gateway.</summary>
    public IReadOnlyList<HttpClient> Clients { get; }

    public int EndedByThemselves => All.Sum(slot => slot.EndedByThemselves);

    public string Output => string.Concat(All.Select(slot => slot.Output));

    private IEnumerable<Slot> All => [.. Silos, .. Decoders, .. Gateways];

    /// <param name="store">What it stands on.</param>
    /// <param name="withNetwork">Networks that can be cut and slowed down are put between its processes.</param>
    /// <param name="previous">The first silo is of this release.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<ChaosMesh> StartAsync(string store, bool withNetwork, PreviousRelease? previous, CancellationToken cancellationToken)
    {
        var mesh = new ChaosMesh(await Store.StartAsync(store, withNetwork, cancellationToken), withNetwork, previous);
        try
        {
            foreach (var slot in mesh.All)
            {
                slot.Start();
            }

            mesh._supervising = mesh.SuperviseAsync();
            await mesh.WholeAsync(cancellationToken);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until everything is there again.</summary>
    public async Task WholeAsync(CancellationToken cancellationToken)
    {
        foreach (var client in Clients)
        {
            await Poll.UntilAsync(
                () => SeenByAsync(client, cancellationToken), seen => seen.Whole, () => $"the mesh to be whole. It printed:\n{Output}", cancellationToken, Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _supervising;
        foreach (var slot in All)
        {
            await slot.DisposeAsync();
        }

        foreach (var network in DecoderNetworks)
        {
            await network.DisposeAsync();
        }

        foreach (var client in Clients)
        {
            client.Dispose();
        }

        await Store.DisposeAsync();
        _ending.Dispose();
        _data.Dispose();
    }

    private static IEnumerable<T> Each<T>(Func<int, T> make) => Enumerable.Range(0, OfEach).Select(make);

    private static string DecoderId(int slot, int number) => $"decoder-{slot}-{number}";

    private async Task SuperviseAsync()
    {
        using var timer = new PeriodicTimer(Look);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                foreach (var slot in All)
                {
                    slot.RestartIfEnded();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<(bool Whole, string Seen)> SeenByAsync(HttpClient client, CancellationToken cancellationToken)
    {
        // One that was killed a moment ago is still in the lists.
        if (All.FirstOrDefault(slot => slot.Process.HasExited) is { } dead)
        {
            return (false, $"{dead.Name} is dead");
        }

        // A silo listens for gRPC when it is a member of the cluster.
        if (Silos.FirstOrDefault(silo => !silo.Process.Output.Contains("Listening on 'http", StringComparison.Ordinal)) is { } missing)
        {
            return (false, $"{missing.Name} is no member yet");
        }

        try
        {
            var system = await client.GetFromJsonAsync<JsonElement>("api/system", cancellationToken);
            var wanted = Decoders.Select((decoder, i) => DecoderId(i, decoder.Generation)).Order(StringComparer.Ordinal);
            var there = system.GetProperty("workers").EnumerateArray().Select(worker => worker.GetProperty("id").GetString()!).Order(StringComparer.Ordinal);
            return (wanted.SequenceEqual(there), system.ToString());
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (false, failure.Message);
        }
    }
}
