using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>As on a laptop: one process is silo, worker and caller, over loopback gRPC, with its dialogues in a SQLite file.</summary>
internal sealed class AllInOne : IOrchestration
{
    private const int AloneBytes = 1024;

    private readonly DirectoryInfo _data;
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;
    private readonly SqliteConnection _alone;
    private readonly StateWrites _writes = new();

    private AllInOne(DirectoryInfo data, WebApplication app)
    {
        _data = data;
        _app = app;
        _channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Decoder = new DecoderService.DecoderServiceClient(_channel);
        _alone = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data.FullName, "alone.db"), Pooling = false }.ToString());
        _alone.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE alone (id INTEGER PRIMARY KEY, state BLOB NOT NULL)");
    }

    public string Name => "SQLite, one process";

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public DecoderService.DecoderServiceClient Decoder { get; }

    public static async Task<IOrchestration> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("bench-orchestration-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Path"] = data.FullName,
            ["Cluster:SiloPort"] = "0",
            ["Cluster:GatewayPort"] = "-1",
        });
        builder.AddServiceDefaults("benchmark");
        builder.ListenForGrpc();
        Member.Add(builder, "both");
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<AtOnceDecoder>();
        await app.StartAsync();
        return new AllInOne(data, app);
    }

    public Task WriteAloneAsync()
    {
        Execute($"INSERT INTO alone (state) VALUES (zeroblob({AloneBytes}))");
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<MemberState>> LookAsync() =>
        Task.FromResult<IReadOnlyList<MemberState>>([new MemberState(GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet, _writes.Count)]);

    public async ValueTask DisposeAsync()
    {
        await _alone.DisposeAsync();
        _channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _writes.Dispose();
        _data.Delete(recursive: true);
    }

    private void Execute(string sql)
    {
        using var command = _alone.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
