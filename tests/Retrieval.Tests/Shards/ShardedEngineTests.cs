using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Retrieval.Engine;
using MultiModalMesh.Retrieval.Tests.Engine;

namespace MultiModalMesh.Retrieval.Tests.Shards;

/// <summary>Three shards together promise what one engine promises.</summary>
public sealed class ShardedEngineTests : CollectionEngineContract, IAsyncLifetime
{
    private ShardHosts _hosts = null!;

    private protected override ICollectionEngine Engine => _hosts[1].App.Services.GetRequiredService<ICollectionEngine>();

    public async ValueTask InitializeAsync() => _hosts = await ShardHosts.StartAsync(3);

    public ValueTask DisposeAsync() => _hosts.DisposeAsync();
}
