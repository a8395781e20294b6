using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.ServiceDefaults.Tests;

/// <summary>A role as its own process would start it: real Kestrel on a free port, a data folder of its own unless one is given.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownFolder;

    private RoleProcess(WebApplication app, DirectoryInfo? ownFolder)
    {
        App = app;
        _ownFolder = ownFolder;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Channel = GrpcChannel.ForAddress(Address);
    }

    public WebApplication App { get; }

    public string Address { get; }

    public GrpcChannel Channel { get; }

    public static async Task<RoleProcess> StartAsync(Action<WebApplicationBuilder> add, Action<WebApplication> map, string? dataFolder = null, Dictionary<string, string?>? settings = null)
    {
        var ownFolder = dataFolder is null ? Directory.CreateTempSubdirectory("role-") : null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Path"] = dataFolder ?? ownFolder!.FullName, ["Grpc:Port"] = "0" });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.AddServiceDefaults("test");
        builder.ListenForGrpc();
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map(app);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new RoleProcess(app, ownFolder);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await App.DisposeAsync();
        _ownFolder?.Delete(recursive: true);
    }
}
