using MultiModalMesh.Datasets.Order;

namespace MultiModalMesh.Datasets.Tests.Order;

public sealed class ShuffleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(1000)]
    [InlineData(65_537)]
    public void Each_one_comes_once(int count)
    {
        var shuffle = new Shuffle(count, 7, 3);
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), Enumerable.Range(0, count).Select(i => shuffle[i]).Order());
    }

    [Fact]
    public void Seed_and_epoch_change_the_order_and_nothing_else_does()
    {
        Assert.Equal(First(1, 0), First(1, 0));
        Assert.NotEqual(First(1, 0), First(1, 1));
        Assert.NotEqual(First(1, 0), First(2, 0));
    }

    [Fact]
    public void Neighbours_do_not_stay_neighbours()
    {
        var shuffle = new Shuffle(10_000, 1, 0);
        var near = Enumerable.Range(0, 9_999).Count(i => Math.Abs(shuffle[i] - shuffle[i + 1]) < 100);

        // Of two random places of 10,000 some 2 % are that near.
        Assert.InRange(near, 100, 300);
    }

    private static long[] First(long seed, int epoch)
    {
        var shuffle = new Shuffle(1_000, seed, epoch);
        return [.. Enumerable.Range(0, 20).Select(i => shuffle[i])];
    }
}
