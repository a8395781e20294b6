using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1, 3, 2, -1, 2.5f];

    [Fact]
    public void Zero_temperature_takes_the_most_likely() => Assert.Equal(1, Sampler.Choose(Logits, SamplingOptions.Greedy, 0));

    [Fact]
    public void The_same_seed_and_position_choose_the_same()
    {
        var sampling = new SamplingOptions { Temperature = 1.5f, Seed = 9 };
        var first = Enumerable.Range(0, 100).Select(p => Sampler.Choose(Logits, sampling, p)).ToArray();

        Assert.Equal(first.Reverse(), Enumerable.Range(0, 100).Reverse().Select(p => Sampler.Choose(Logits, sampling, p)));
        Assert.NotEqual(first, Enumerable.Range(0, 100).Select(p => Sampler.Choose(Logits, sampling with { Seed = 10 }, p)));
    }

    [Fact]
    public void Choices_follow_the_softmax()
    {
        const int Draws = 20_000;
        var sampling = new SamplingOptions { Temperature = 0.7f, Seed = 1 };
        var counts = new int[Logits.Length];
        for (var position = 0; position < Draws; position++)
        {
            counts[Sampler.Choose(Logits, sampling, position)]++;
        }

        var weights = Logits.Select(l => Math.Exp(l / 0.7)).ToArray();
        for (var id = 0; id < counts.Length; id++)
        {
            Assert.Equal(weights[id] / weights.Sum(), counts[id] / (double)Draws, 0.015); // four standard deviations
        }
    }

    [Theory]
    [InlineData(2, 1, new[] { 1, 4 })]
    [InlineData(0, 0.5, new[] { 1, 4 })]
    [InlineData(0, 0.01, new[] { 1 })]
    [InlineData(3, 0.8, new[] { 1, 4 })]
    public void Only_the_tokens_that_top_k_and_top_p_leave_are_chosen(int topK, float topP, int[] allowed)
    {
        var sampling = new SamplingOptions { Temperature = 1, TopK = topK, TopP = topP, Seed = 5 };

        Assert.Equal(allowed, Enumerable.Range(0, 2_000).Select(p => Sampler.Choose(Logits, sampling, p)).Distinct().Order());
    }
}
