using MultiModalMesh.Benchmarks.Measuring;

namespace MultiModalMesh.Benchmarks.Tests.Measuring;

public sealed class PairsTests
{
    [Fact]
    public async Task Both_sides_take_turns_in_being_first()
    {
        var order = "";

        await Pairs.MeasureAsync(3, () => Note("a"), () => Note("b"));

        Assert.Equal("abbaab", order);

        Task<double> Note(string side)
        {
            order += side;
            return Task.FromResult(1.0);
        }
    }

    [Fact]
    public void A_disturbance_that_hits_both_sides_of_a_round_leaves_the_ratio_alone()
    {
        var pairs = new Pairs(Theirs: [100, 20, 100], Ours: [90, 18, 90]);

        Assert.Equal(0.9, pairs.Ratio.Median, 1e-9);
        Assert.Equal(0.9, pairs.Ratio.Minimum, 1e-9);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.5, 2.5)]
    [InlineData(0.99, 3.97)]
    [InlineData(1, 4)]
    public void A_percentile_lies_between_its_neighbours(double share, double expected) =>
        Assert.Equal(expected, Spread.Percentile([1, 2, 3, 4], share), 1e-9);
}
