using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Scenes;

public sealed class RandomStreamTests
{
    [Fact]
    public void Matches_the_published_sequence_of_SplitMix64()
    {
        // First outputs for seed 1234567 of the reference implementation by Sebastiano Vigna.
        var random = new RandomStream(1234567);
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void Weighted_choice_follows_the_weights_and_skips_zero()
    {
        var random = new RandomStream(3);
        var counts = new int[4];
        for (var i = 0; i < 20000; i++)
        {
            counts[random.Weighted([1, 0, 3, 0])]++;
        }

        Assert.Equal(0, counts[1]);
        Assert.Equal(0, counts[3]);
        Assert.InRange(counts[2] / 20000.0, 0.73, 0.77);
    }
}
