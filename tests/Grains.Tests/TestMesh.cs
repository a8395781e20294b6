using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Tests;

/// <summary>The orchestration as the all-in-one host has it, with workers that do as they are told: one process, real gRPC, a real file.</summary>
public sealed class TestMesh : IAsyncDisposable
{
    private readonly DirectoryInfo? _ownFolder;
    private readonly List<DirectoryInfo> _copies = [];

    private TestMesh(WebApplication app, string folder, DirectoryInfo? ownFolder)
    {
        App = app;
        Folder = folder;
        _ownFolder = ownFolder;
    }

    public WebApplication App { get; }

    public string Folder { get; }

    public FakeWorker Worker => App.Services.GetRequiredService<FakeWorker>();

    public IGrainFactory Grains => App.Services.GetRequiredService<IGrainFactory>();

    internal IStateStore Storage => App.Services.GetRequiredService<IStateStore>();

    public static async Task<TestMesh> StartAsync(FakeWorker? worker = null, string? folder = null, Dictionary<string, string?>? settings = null)
    {
        var ownFolder = folder is null ? Directory.CreateTempSubdirectory("grains-") : null;
        folder ??= ownFolder!.FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Path"] = folder,
            ["Cluster:SiloPort"] = "0",
            ["Cluster:GatewayPort"] = "-1",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.AddServiceDefaults("test");
        builder.ListenForGrpc();
        builder.AddGrains();
        builder.AddWorker();
        builder.Services.AddSingleton(worker ?? new FakeWorker());
        builder.Services.AddSingleton<IWorkerOfferSource>(services => services.GetRequiredService<FakeWorker>());
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<FakeDecoder>();
        app.MapGrpcService<FakeTextEncoder>();
        app.MapGrpcService<FakeVisionEncoder>();
        app.MapGrpcService<FakeRetrieval>();
        var mesh = new TestMesh(app, folder, ownFolder);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    public IDialogueGrain Dialogue(string id, string user = "default") => Grains.GetGrain<IDialogueGrain>(new DialogueKey("default", user, id).ToString());

    public IUserGrain User(string user = "default") => Grains.GetGrain<IUserGrain>($"default/{user}");

    /// <summary>The files as a crash at this moment would leave them; gone with this mesh.</summary>
    public string CopyFiles()
    {
        _copies.Add(Directory.CreateTempSubdirectory("crash-"));
        var copy = _copies[^1].FullName;
        foreach (var file in Directory.EnumerateFiles(Folder, "dialogues.db*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var images = Path.Combine(Folder, "images");
        if (Directory.Exists(images))
        {
            foreach (var file in Directory.EnumerateFiles(images, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync(CancellationToken.None);
        await App.DisposeAsync();
        _ownFolder?.Delete(recursive: true);
        _copies.ForEach(copy => copy.Delete(recursive: true));
    }
}
