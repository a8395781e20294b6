using MultiModalMesh.Retrieval.Embedded;
using MultiModalMesh.Retrieval.Shards;

namespace MultiModalMesh.Retrieval.Tests.Shards;

public sealed class WriteClockTests
{
    [Fact]
    public void Places_grow_although_the_clock_goes_back_and_no_two_shards_have_the_same()
    {
        var time = new SetTime { Now = DateTimeOffset.UnixEpoch.AddDays(20_000) };
        var clock = new WriteClock(time);
        var first = clock.Take(3);
        time.Now -= TimeSpan.FromHours(1);
        var second = clock.Take(1);

        Assert.Equal(first + (3 * WriteOrder.Shards), second);
        var shards = new[] { 0, 1, 2 }.Select(index => WriteOrder.Of(new ShardOptions { Count = 3, Index = index })).ToArray();
        Assert.Equal([second, second + 1, second + 2], shards.Select(order => order.Next(0, second)));

        // What came late to a shard stands behind what it has, and still before what another shard is given for the next place.
        Assert.Equal([second + 1 + WriteOrder.Shards], [shards[1].Next(second + 1, first)]);
        Assert.Equal([8L, 9L], [new WriteOrder(0, 1).Next(7, 0), new WriteOrder(0, 1).Next(8, 0)]);
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
