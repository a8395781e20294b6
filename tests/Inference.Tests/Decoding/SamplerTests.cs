using MultiModalMesh.Inference.Decoding;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1, 3, 2, -1, 2.5f];

    private readonly Sampler _sampler = new(5);

    [Fact]
    public void Zero_temperature_takes_the_most_likely() => Assert.Equal(1, _sampler.Choose(Logits, SamplingOptions.Greedy, 0));

    [Fact]
    public void The_same_seed_and_position_choose_the_same()
    {
        var sampling = new SamplingOptions { Temperature = 1.5f, Seed = 9 };
        var first = Enumerable.Range(0, 100).Select(p => _sampler.Choose(Logits, sampling, p)).ToArray();

        Assert.Equal(first.Reverse(), Enumerable.Range(0, 100).Reverse().Select(p => _sampler.Choose(Logits, sampling, p)));
        Assert.NotEqual(first, Enumerable.Range(0, 100).Select(p => _sampler.Choose(Logits, sampling with { Seed = 10 }, p)));
    }

    [Fact]
    public void Choices_follow_the_softmax()
    {
        const int Draws = 20_000;
        var sampling = new SamplingOptions { Temperature = 0.7f, Seed = 1 };
        var counts = new int[Logits.Length];
        for (var position = 0; position < Draws; position++)
        {
            counts[_sampler.Choose(Logits, sampling, position)]++;
        }

        var weights = Logits.Select(l => Math.Exp(l / 0.7)).ToArray();
        for (var id = 0; id < counts.Length; id++)
        {
            Assert.Equal(weights[id] / weights.Sum(), counts[id] / (double)Draws, 0.015); // four standard deviations
        }
    }

    [Theory]
    [InlineData(2, 1, 0, new[] { 1, 4 })]
    [InlineData(0, 0.5, 0, new[] { 1, 4 })]
    [InlineData(0, 0.01, 0, new[] { 1 })]
    [InlineData(3, 0.8, 0, new[] { 1, 4 })]
    [InlineData(0, 1, 0.3, new[] { 1, 2, 4 })]
    [InlineData(0, 1, 1, new[] { 1 })]
    [InlineData(0, 0.99, 0.5, new[] { 1, 4 })]
    public void Only_the_tokens_that_top_k_top_p_and_min_p_leave_are_chosen(int topK, float topP, float minP, int[] allowed)
    {
        var sampling = new SamplingOptions { Temperature = 1, TopK = topK, TopP = topP, MinP = minP, Seed = 5 };

        Assert.Equal(allowed, Enumerable.Range(0, 2_000).Select(p => _sampler.Choose(Logits, sampling, p)).Distinct().Order());
    }

    [Fact]
    public void Cuts_of_a_large_vocabulary_leave_what_a_full_sort_leaves()
    {
        var random = new Random(4);
        var sampler = new Sampler(1_000);
        foreach (var spread in new[] { 0.1, 3, 30 })
        {
            float[] logits = [.. Enumerable.Range(0, 1_000).Select(_ => (float)Math.Round(random.NextDouble() * spread, 2))];
            int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id)];
            var weights = order.Select(id => Math.Exp(logits[id] - logits[order[0]])).ToArray();
            var nucleus = 0;
            for (var mass = 0.0; mass < 0.6 * weights.Sum(); mass += weights[nucleus++])
            {
            }

            var chosen = Draw(new SamplingOptions { Temperature = 1, TopP = 0.6f });
            Assert.Subset(order.Take(nucleus + 1).ToHashSet(), chosen);
            Assert.Subset(order.Take(7).ToHashSet(), Draw(new SamplingOptions { Temperature = 1, TopK = 7 }));

            HashSet<int> Draw(SamplingOptions sampling) => [.. Enumerable.Range(0, 100).Select(p => sampler.Choose(logits, sampling, p))];
        }
    }

    [Fact]
    public void A_rounding_error_in_the_logits_changes_hardly_any_choice()
    {
        // Far above those of a batch of another size, and they do not cancel. The chance is about what the probabilities differ by, 1.5e-4, and
        // not that times the size of the vocabulary.
        const int Draws = 20_000;
        var random = new Random(8);
        var sampler = new Sampler(1_000);
        var sampling = new SamplingOptions { Temperature = 1, Seed = 3 };
        float[] logits = [.. Enumerable.Range(0, 1_000).Select(_ => (float)random.NextDouble())];
        float[] rounded = [.. logits.Select((logit, id) => id < 500 ? logit + 3e-4f : logit)];

        Assert.InRange(Enumerable.Range(0, Draws).Count(p => sampler.Choose(logits, sampling, p) != sampler.Choose(rounded, sampling, p)), 0, 10);
    }
}
