using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.Redis;
using MultiModalMesh.TestServers;
using MultiModalMesh.Workers.Clustering;

namespace MultiModalMesh.Grains.Tests.Storage;

public sealed class RedisStateStoreTests(RedisStateStoreTests.RunningServer running) : ServerStoreContract, IClassFixture<RedisStateStoreTests.RunningServer>
{
    private protected override TestServer Server => running.Server;

    private protected override IStateStore Store => running.Store ??= Open(TimeProvider.System);

    private protected override IStateStore Open(TimeProvider time) => new RedisStateStore(
        Options.Create(new StorageOptions { ConnectionString = Server.ConnectionString }), Options.Create(new ClusterOptions { ServiceId = "tests" }), time);

    public sealed class RunningServer : IAsyncLifetime
    {
        private GarnetServer? _server;

        internal TestServer Server => _server ?? throw new InvalidOperationException("Not started.");

        internal IStateStore? Store { get; set; }

        public async ValueTask InitializeAsync()
        {
            Assert.SkipWhen(GarnetServer.Missing is not null, GarnetServer.Missing ?? "");
            _server = new GarnetServer();
            await _server.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await ((Store as IAsyncDisposable)?.DisposeAsync() ?? default);
            await (_server?.DisposeAsync() ?? default);
        }
    }
}
