using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Gateway.Listening;
using MultiModalMesh.Gateway.Tests.Fakes;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Gateway.Tests;

/// <summary>
/// The gateway on real ports, in one process with an Orleans silo of fake grains, and a fake worker on a server of its own: what
/// misbehaves is fake, every protocol between is real.
/// </summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly WebApplication _workerApp;
    private readonly string _data;

    private RunningGateway(WebApplication app, WebApplication workerApp, string data, FakeCluster cluster, FakeWorker worker)
    {
        (_app, _workerApp, _data, Cluster, Worker) = (app, workerApp, data, cluster, worker);
        var addresses = app.Services.GetRequiredService<GatewayAddresses>();
        (Http, Grpc) = (addresses.Http, addresses.Grpc);
        Client = new HttpClient { BaseAddress = Http };
    }

    public Uri Http { get; }

    public Uri Grpc { get; }

    public HttpClient Client { get; }

    public FakeCluster Cluster { get; }

    public FakeWorker Worker { get; }

    public static async Task<RunningGateway> StartAsync(params (string Key, string Value)[] settings)
    {
        var worker = new FakeWorker();
        var workerApp = BuildWorker(worker);
        await workerApp.StartAsync();
        var cluster = new FakeCluster { WorkerEndpoint = workerApp.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() };
        var data = Directory.CreateTempSubdirectory("gateway-tests-").FullName;

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Path"] = data,
            ["Gateway:HttpPort"] = "0",
            ["Gateway:GrpcPort"] = "0",
            ["Cluster:SiloPort"] = "0",
            ["Cluster:GatewayPort"] = "-1",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddServiceDefaults("gateway");
        builder.AddClusterMember("silo");
        builder.AddGateway();
        builder.Services.AddSingleton(cluster);
        builder.Services.AddSingleton(cluster.Jobs);
        var app = builder.Build();
        app.MapGateway();
        app.MapServiceDefaults();
        await app.StartAsync();
        return new RunningGateway(app, workerApp, data, cluster, worker);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _workerApp.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static WebApplication BuildWorker(FakeWorker worker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(worker);
        builder.Services.AddGrpc();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcService<FakeDecoder>();
        app.MapGrpcService<FakeTokenization>();
        app.MapGrpcService<FakeTextEncoder>();
        app.MapGrpcService<FakeVisionEncoder>();
        app.MapGrpcService<FakeRetrieval>();
        return app;
    }
}
