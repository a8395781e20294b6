using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.TestServers;

namespace MultiModalMesh.Grains.Tests.Storage;

/// <summary>What stores on a server promise beyond that: nothing acknowledged is lost with the server, and its absence is a failure that ends.</summary>
public abstract class ServerStoreContract : StateStoreContract
{
    private protected abstract TestServer Server { get; }

    private protected abstract IStateStore Open(TimeProvider time);

    [Fact]
    public async Task A_write_that_is_sent_again_because_its_answer_got_lost_is_done_once()
    {
        var (first, second) = (Record(), Record(unfinished: true));
        foreach (var attempt in Enumerable.Range(0, 2))
        {
            Assert.True(await Store.WriteAsync(Key("a"), first, null), $"insertion, attempt {attempt}");
        }

        foreach (var attempt in Enumerable.Range(0, 2))
        {
            Assert.True(await Store.WriteAsync(Key("a"), second, first.ETag), $"change, attempt {attempt}");
        }

        Assert.Equal(second.ETag, (await Store.ReadAsync(Key("a")))!.ETag);
    }

    [Fact]
    public async Task A_write_that_was_acknowledged_right_before_SIGKILL_is_there_after_the_restart()
    {
        for (var round = 0; round < 3; round++)
        {
            var records = Enumerable.Range(0, 50).Select(i => (Key: Key($"{round}-{i}"), Record: Record($"{i}", unfinished: true))).ToArray();
            Assert.All(await Task.WhenAll(records.Select(one => Store.WriteAsync(one.Key, one.Record, null))), Assert.True);
            await Server.KillAsync();
            await Server.StartAsync();

            foreach (var (key, record) in records)
            {
                Assert.Equal(record.ETag, (await Store.ReadAsync(key))?.ETag);
            }

            Assert.Equal(50 * (round + 1), (await Store.ListUnfinishedAsync(records[0].Key.StateName, 1000, Cancellation)).Count);
        }
    }

    [Fact]
    public async Task A_write_waits_for_a_server_that_is_gone_for_a_moment()
    {
        // Four times its patience: how long a server takes to start on a busy machine is not what is tested.
        var store = Open(new ScaledTime(0.25));
        await using var closing = (IAsyncDisposable)store;
        Assert.True(await store.WriteAsync(Key("before"), Record(), null));
        await Server.KillAsync();
        var writing = store.WriteAsync(Key("during"), Record(), null);
        await Server.StartAsync();

        Assert.True(await writing);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_a_storage_failure_within_its_time()
    {
        var store = Open(new ScaledTime(10));
        await using var closing = (IAsyncDisposable)store;
        Assert.True(await store.WriteAsync(Key("before"), Record(), null));
        await Server.KillAsync();
        try
        {
            foreach (var call in new Func<Task>[] { () => store.WriteAsync(Key("a"), Record(), null), () => store.ReadAsync(Key("a")) })
            {
                var error = await Assert.ThrowsAsync<MeshException>(() => call().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
                Assert.Equal(ErrorReason.StorageFailed, error.Reason);
            }
        }
        finally
        {
            await Server.StartAsync();
        }

        Assert.NotNull(await Store.ReadAsync(Key("before")));
    }

    /// <summary>So many times as fast as the clock on the wall: patience ends sooner, or later.</summary>
    private sealed class ScaledTime(double speed) : TimeProvider
    {
        public override long GetTimestamp() => (long)(System.GetTimestamp() * speed);
    }
}
