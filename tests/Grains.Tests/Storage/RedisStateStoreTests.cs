using Microsoft.Extensions.Options;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.Redis;
using MultiModalMesh.TestServers;
using MultiModalMesh.Workers.Clustering;
using StackExchange.Redis;

namespace MultiModalMesh.Grains.Tests.Storage;

public sealed class RedisStateStoreTests(RedisStateStoreTests.RunningServer running) : ServerStoreContract, IClassFixture<RedisStateStoreTests.RunningServer>
{
    private protected override TestServer Server => running.Server;

    private protected override IStateStore Store => running.Store ??= Open(TimeProvider.System);

    private protected override IStateStore Open(TimeProvider time) => new RedisStateStore(
        Options.Create(new StorageOptions { ConnectionString = Server.ConnectionString }), Options.Create(new ClusterOptions { ServiceId = "tests" }), time);

    [Fact]
    public async Task What_a_version_with_a_single_set_left_unfinished_is_found_and_what_has_ended_since_is_not()
    {
        var (waiting, ended) = (Key("waiting"), Key("ended"));
        await Store.WriteAsync(waiting, Record(unfinished: true), null);
        await Store.WriteAsync(ended, Record(), null);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Server.ConnectionString);
        var database = connection.GetDatabase();
        await database.SortedSetRemoveAsync(new UnfinishedSets("{tests}").Of(waiting), waiting.GrainKey);
        RedisKey single = $"{{tests}}/unfinished/{waiting.StateName}";
        await database.SortedSetAddAsync(single, [new SortedSetEntry(waiting.GrainKey, 7), new SortedSetEntry(ended.GrainKey, 6)]);

        Assert.Equal([waiting.GrainKey], await Store.ListUnfinishedAsync(waiting.StateName, 10, Cancellation));
        Assert.Equal([waiting.GrainKey], await Store.ListUnfinishedAsync(waiting.StateName, 10, Cancellation));
        Assert.False(await database.KeyExistsAsync(single));
    }

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
