using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.PostgreSql;
using MultiModalMesh.TestServers;
using MultiModalMesh.Workers.Clustering;

namespace MultiModalMesh.Grains.Tests.Storage;

public sealed class PostgreSqlStateStoreTests(PostgreSqlStateStoreTests.RunningServer running)
    : ServerStoreContract, IClassFixture<PostgreSqlStateStoreTests.RunningServer>
{
    private protected override TestServer Server => running.Server;

    private protected override IStateStore Store => running.Store ??= Open(TimeProvider.System);

    private protected override IStateStore Open(TimeProvider time) => new PostgreSqlStateStore(
        Options.Create(new StorageOptions { ConnectionString = Server.ConnectionString }), Options.Create(new ClusterOptions { ServiceId = "tests" }), time);

    public sealed class RunningServer : IAsyncLifetime
    {
        private PostgreSqlProcess? _server;

        internal TestServer Server => _server ?? throw new InvalidOperationException("Not started.");

        internal IStateStore? Store { get; set; }

        public async ValueTask InitializeAsync()
        {
            Assert.SkipWhen(PostgreSqlProcess.Missing is not null, PostgreSqlProcess.Missing ?? "");
            _server = await PostgreSqlProcess.StartNewAsync();
            var settings = new Dictionary<string, string?> { ["Cluster:Provider"] = "postgresql", ["Cluster:ConnectionString"] = _server.ConnectionString };
            await ClusterStores.InspectAsync(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), make: true, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await ((Store as IAsyncDisposable)?.DisposeAsync() ?? default);
            await (_server?.DisposeAsync() ?? default);
        }
    }
}
