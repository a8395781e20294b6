using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using MultiModalMesh.Gateway.Listening;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.ServiceDefaults.Storage;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Mesh.Hosting;

/// <summary>Every role in one process, calling each other by gRPC over loopback.</summary>
internal sealed class MeshHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataFolderLock _folder;

    private MeshHost(WebApplication app, DataFolderLock folder)
    {
        _app = app;
        _folder = folder;
        var addresses = app.Services.GetRequiredService<GatewayAddresses>();
        HttpAddress = addresses.Http;
        GrpcAddress = addresses.Grpc;
    }

    public Uri HttpAddress { get; }

    public Uri GrpcAddress { get; }

    /// <summary>Full path of where dialogues, pictures and collections are.</summary>
    public string DataFolder => FolderOf(_app);

    /// <summary>A key for this process's own command line, or null if the gateway asks for none.</summary>
    public string? AnyApiKey => _app.Configuration["Gateway:ApiKeys:0:Key"];

    /// <summary>Starts all roles and returns when they are ready to work.</summary>
    /// <exception cref="Errors.MeshException">The data folder is in use or cannot be written, or a model pack is missing.</exception>
    public static async Task<MeshHost> StartAsync(MeshSettings settings, CancellationToken cancellationToken)
    {
        var app = Build(settings);
        DataFolderLock? folder = null;
        try
        {
            // The folder that the roles use, which the environment or a settings file may name, too. Nothing is opened in it before the start.
            folder = DataFolderLock.Take(FolderOf(app));
            await app.StartAsync(cancellationToken);
            var host = new MeshHost(app, folder);
            folder.Publish(host.HttpAddress);
            return host;
        }
        catch
        {
            await ServiceRunner.StopQuietlyAsync(app);
            await app.DisposeAsync();
            folder?.Dispose();
            throw;
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static string FolderOf(WebApplication app) => Path.GetFullPath(app.Services.GetRequiredService<IOptions<DataOptions>>().Value.Path);

    private static WebApplication Build(MeshSettings settings)
    {
        // Settings files stand beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings.ToConfiguration());

        // What a command prints is its answer, which another program may read.
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.AddServiceDefaults("mesh");
        builder.ListenForGrpc();
        foreach (var role in MeshRoles.All)
        {
            role.Add(builder);
        }

        builder.AddWorker();

        var app = builder.Build();
        app.MapServiceDefaults();
        foreach (var role in MeshRoles.All)
        {
            role.Map(app);
        }

        return app;
    }
}
