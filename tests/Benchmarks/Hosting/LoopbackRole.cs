using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.Benchmarks.Hosting;

/// <summary>A role as its own process would start it, on Kestrel at a free port of the loopback, and a channel to it.</summary>
internal sealed class LoopbackRole : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _data;

    private LoopbackRole(WebApplication app, DirectoryInfo data)
    {
        _app = app;
        _data = data;
        Channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public GrpcChannel Channel { get; }

    /// <summary>The pack that the role serves.</summary>
    public LoadedPack Pack => _app.Services.GetRequiredService<PackPool>().Loaded[0];

    /// <param name="pack">The pack's folder.</param>
    /// <param name="settings">Configuration keys and values.</param>
    public static async Task<LoopbackRole> StartAsync(
        string pack, Action<WebApplicationBuilder> add, Action<WebApplication> map, params (string Key, string Value)[] settings)
    {
        var data = Directory.CreateTempSubdirectory("bench-role-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Path"] = data.FullName,
            ["Grpc:Port"] = "0",
            ["Models:Paths:0"] = pack,
            ["Inference:VerifyChecksums"] = "false",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.AddServiceDefaults("benchmark");
        builder.ListenForGrpc();
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map(app);
        await app.StartAsync();
        return new LoopbackRole(app, data);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
