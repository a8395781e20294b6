using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Retrieval.Shards;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;

namespace MultiModalMesh.Retrieval.Tests.Shards;

/// <summary>Retrieval services that share every collection, each with a server and a data folder of its own, that reach each other by address.</summary>
internal sealed class ShardHosts : IAsyncDisposable, IShardCalls
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("shards-");
    private readonly RoleProcess?[] _hosts;

    private ShardHosts(int count) => _hosts = new RoleProcess?[count];

    public RoleProcess this[int shard] => _hosts[shard] ?? throw new InvalidOperationException($"Shard {shard} is not running.");

    public static async Task<ShardHosts> StartAsync(int count)
    {
        var hosts = new ShardHosts(count);
        for (var shard = 0; shard < count; shard++)
        {
            await hosts.StartShardAsync(shard);
        }

        return hosts;
    }

    public string Folder(int shard) => Path.Combine(_data.FullName, $"{shard}");

    public async Task StartShardAsync(int shard) => _hosts[shard] = await RoleProcess.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IShardCalls>(this);
            builder.AddRetrieval();
        },
        app => app.MapRetrieval(),
        Folder(shard),
        new Dictionary<string, string?> { ["Retrieval:Shards:Count"] = $"{_hosts.Length}", ["Retrieval:Shards:Index"] = $"{shard}" });

    public async Task StopShardAsync(int shard)
    {
        await this[shard].DisposeAsync();
        _hosts[shard] = null;
    }

    public async Task<T> CallAsync<T>(int shard, int count, Func<RetrievalShardService.RetrievalShardServiceClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return _hosts[shard] is { } host
                ? await call(new RetrievalShardService.RetrievalShardServiceClient(host.Channel), cancellationToken)
                : throw new RpcException(new Status(StatusCode.Unavailable, "It was stopped."));
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw failure.ToMeshException();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await (host?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _data.Delete(recursive: true);
    }
}
