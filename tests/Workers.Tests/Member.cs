using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers.Clustering;
using MultiModalMesh.Workers.Reporting;
using Orleans.Runtime;

namespace MultiModalMesh.Workers.Tests;

/// <summary>A process of the mesh: a silo of the cluster with its own services and its own web server.</summary>
internal sealed class Member : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private Member(WebApplication app, DirectoryInfo folder)
    {
        App = app;
        _folder = folder;
    }

    public WebApplication App { get; }

    public IGrainFactory Grains => App.Services.GetRequiredService<IGrainFactory>();

    public WorkerPool Pool => App.Services.GetRequiredService<WorkerPool>();

    public string Primary => $"127.0.0.1:{App.Services.GetRequiredService<SiloEndpoints>().SiloPort}";

    public SiloAddress Address => App.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    public WorkerIdentity Identity => App.Services.GetRequiredService<WorkerIdentity>();

    /// <summary>The one that the others join; its router gives out what <see cref="RouterScript"/> says.</summary>
    public static Task<Member> StartSiloAsync(Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null) =>
        StartAsync([], builder =>
        {
            builder.AddClusterMember("silo");
            builder.Services.AddSingleton<RouterScript>();
            add?.Invoke(builder);
        }, map);

    public static Task<Member> StartWorkerAsync(Member silo, string id, WorkerOffer? offer = null) =>
        StartAsync(new() { ["Cluster:Primary"] = silo.Primary, ["Worker:Id"] = id }, builder =>
        {
            builder.AddWorker();
            builder.Services.AddSingleton<IWorkerOfferSource>(new FixedOffer(offer ?? new WorkerOffer("tiny", "1", [Capabilities.Chat], 0)));
        });

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<Member> StartAsync(Dictionary<string, string?> settings, Action<WebApplicationBuilder> add, Action<WebApplication>? map = null)
    {
        var folder = Directory.CreateTempSubdirectory("member-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Path"] = folder.FullName,
            ["Cluster:SiloPort"] = "0",
            ["Cluster:GatewayPort"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.AddServiceDefaults("test");
        builder.ListenForGrpc();
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map?.Invoke(app);
        var member = new Member(app, folder);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return member;
        }
        catch
        {
            await member.DisposeAsync();
            throw;
        }
    }

    private sealed class FixedOffer(WorkerOffer offer) : IWorkerOfferSource
    {
        public IReadOnlyList<WorkerOffer> Offers => [offer];

        public WorkerLoad Load => new(1, 2, 8);
    }
}
