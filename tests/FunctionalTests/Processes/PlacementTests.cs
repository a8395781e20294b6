using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers;
using Orleans.Core.Internal;
using Orleans.Runtime;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>A worker's grain lives in the process that its key names and nowhere else: three worker processes, and a client outside the cluster that calls their grains.</summary>
public sealed class PlacementTests : IAsyncLifetime
{
    private const int Activations = 1000;
    private static readonly string[] Ids = ["alpha", "beta", "gamma"];
    private static readonly TimeSpan Fast = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _data = new();
    private readonly Dictionary<string, ServiceProcess> _processes = [];
    private readonly Dictionary<string, int> _ports = Ids.ToDictionary(id => id, _ => Ports.Free());
    private readonly int _silo = Ports.Free();
    private IHost _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var entry = Ports.Free();
        _processes["silo"] = ServiceProcess.Start("orchestration/Silo", ["--Data:Path", _data.Path, "--Cluster:SiloPort", $"{_silo}", "--Cluster:GatewayPort", $"{entry}"]);
        await Task.WhenAll(Ids.Select(StartWorkerAsync));
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Cluster:Gateway"] = $"127.0.0.1:{entry}";
        builder.AddClusterClient();
        _client = builder.Build();
        await _client.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync(CancellationToken.None);
        _client.Dispose();
        foreach (var process in _processes.Values)
        {
            await process.DisposeAsync();
        }

        _data.Dispose();
    }

    [Fact]
    public async Task A_thousand_activations_are_each_in_the_process_that_their_key_names_also_after_one_was_killed_and_came_back()
    {
        var first = await ActivateAsync();

        await _processes["beta"].KillAsync();
        var slowest = await FailAsync("beta");
        Assert.Equal(first["gamma"], (await WorkerGrain("gamma").GetReportAsync()).Incarnation);
        await StartWorkerAsync("beta");

        var second = await ActivateAsync();
        Assert.Equal((first["alpha"], first["gamma"]), (second["alpha"], second["gamma"]));
        Assert.NotEqual(first["beta"], second["beta"]);
        TestContext.Current.TestOutputHelper?.WriteLine($"A call for the process that was gone failed after {slowest.TotalSeconds:0.00} s at most.");
    }

    /// <summary>Every grain is called and told to leave, so that the next call has to place it again; those of the three workers at the same time.</summary>
    /// <returns>Which process answered for which worker, the same one all the time.</returns>
    private async Task<Dictionary<string, Guid>> ActivateAsync()
    {
        var answered = await Task.WhenAll(Ids.Select(async (id, i) =>
        {
            var processes = new HashSet<Guid>();
            var grain = WorkerGrain(id);
            for (var left = (Activations + i) / Ids.Length; left > 0; left--)
            {
                var report = await grain.GetReportAsync();
                Assert.Equal((id, $"http://127.0.0.1:{_ports[id]}"), (report.WorkerId, report.Endpoint));
                processes.Add(report.Incarnation);
                await grain.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
            }

            return (id, process: Assert.Single(processes));
        }));
        return answered.ToDictionary(one => one.id, one => one.process);
    }

    /// <summary>Until it is known that the process has gone, and when it is known.</summary>
    private async Task<TimeSpan> FailAsync(string id)
    {
        var slowest = TimeSpan.Zero;
        var known = false;
        for (var calls = 0; calls < 50 || !known; calls++)
        {
            var watch = Stopwatch.StartNew();
            var failure = await Assert.ThrowsAnyAsync<OrleansException>(() => WorkerGrain(id).GetReportAsync().WaitAsync(Fast, Cancellation));
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            known = failure is not SiloUnavailableException;
        }

        return slowest;
    }

    private IWorkerGrain WorkerGrain(string id) => _client.Services.GetRequiredService<IGrainFactory>().GetGrain<IWorkerGrain>(id);

    private async Task StartWorkerAsync(string id)
    {
        var worker = ServiceProcess.Start(
            "services/Retrieval",
            ["--Data:Path", Path.Combine(_data.Path, id), "--Cluster:Primary", $"127.0.0.1:{_silo}", "--Worker:Id", id, "--Grpc:Port", $"{_ports[id]}"]);
        if (_processes.Remove(id, out var old))
        {
            await old.DisposeAsync();
        }

        _processes[id] = worker;
        await worker.WaitForLineAsync(line => line.Contains("Listening on 'http", StringComparison.Ordinal), "the worker to be a member", Cancellation);
    }
}
