using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.ServiceDefaults.Tests;

/// <summary>A role as its own process would start it: real Kestrel on a free port, a data folder of its own.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private RoleProcess(WebApplication app, string dataFolder)
    {
        App = app;
        DataFolder = dataFolder;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Channel = GrpcChannel.ForAddress(Address);
    }

    public WebApplication App { get; }

    public string DataFolder { get; }

    public string Address { get; }

    public GrpcChannel Channel { get; }

    public static async Task<RoleProcess> StartAsync(Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var dataFolder = Directory.CreateTempSubdirectory("role-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Path"] = dataFolder, ["Grpc:Port"] = "0" });
        builder.AddServiceDefaults("test");
        builder.ListenForGrpc();
        add(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RoleProcess(app, dataFolder);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await App.DisposeAsync();
        Directory.Delete(DataFolder, recursive: true);
    }
}
